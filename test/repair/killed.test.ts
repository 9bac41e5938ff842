/** A repair that is killed at any moment can be undone to the byte, and so can one whose undo was killed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { Plan, Step } from '#diagnosis/repair/step.ts'
import { applyHere, undoHere } from './here.ts'

/** Dozens of programs are started for each test: beside other work that takes a minute and more. */
vi.setConfig({ testTimeout: 300_000 })

const PROGRAM = fileURLToPath(new URL('killed.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'clockwright-repair-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NTP_CONF = 'server a\nserver b # zürich\n'
const step = (change: Step['change'], proof: Step['proof'] = { kind: 'reads' }): Step => ({
  title: 'a step',
  reasons: [],
  change,
  risk: '',
  proof,
  undone: '',
})

/** A link out of the folder and back, a file that is new in a folder that is new, one that goes, a setting. */
const plan = (root: string, last: Step['proof']): Plan => ({
  advice: [],
  steps: [
    step({
      kind: 'file',
      path: '/etc/ntp.conf',
      before: Buffer.from(NTP_CONF).toString('latin1'),
      after: `tinker panic 0\n${Buffer.from(NTP_CONF).toString('latin1')}`,
    }),
    step({ kind: 'file', path: '/etc/sysctl.d/xen/x.conf', before: undefined, after: 'a = 1\n' }),
    step({ kind: 'file', path: '/etc/step-tickers', before: 'a\n', after: undefined }),
    step({ kind: 'setting', path: join(root, 'proc-setting'), before: '0', after: '1' }),
    step({ kind: 'command', run: ['true'], undo: ['test', '-e', join(root, 'etc/step-tickers')] }, last),
  ],
})

function makeRoot(name: string, last: Step['proof'] = { kind: 'reads' }): string {
  const root = join(folder, name)
  mkdirSync(join(root, 'etc/ntp'), { recursive: true })
  mkdirSync(join(root, 'var/lib'), { recursive: true })
  writeFileSync(join(root, 'etc/ntp/ntp.conf'), NTP_CONF)
  chmodSync(join(root, 'etc/ntp/ntp.conf'), 0o640)
  symlinkSync('/etc/ntp/ntp.conf', join(root, 'etc/ntp.conf'))
  writeFileSync(join(root, 'etc/step-tickers'), 'a\n')
  writeFileSync(join(root, 'proc-setting'), '0\n')
  writeFileSync(`${root}.plan`, JSON.stringify(plan(root, last)))
  return root
}

/** Names, kinds, modes, owners, digests, and times of all but folders, in which other names came and went. */
const listing = (root: string): string =>
  execFileSync('sh', [
    '-c',
    `cd "$1" && find . ! -name proc-setting ! -type d -printf '%p %y %m %u %g %T@ %l\\n' -o -type d -printf '%p %y %m\\n' | sort && find . -type f -exec sha256sum {} + | sort`,
    'sh',
    root,
  ]).toString()

const play = (what: string, root: string, at: number) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, what, root, String(at)], {
    encoding: 'utf8',
  })
const callsOf = ({ stderr }: { stderr: string }): number => Number(/calls (\d+)/.exec(stderr)?.[1])

test('applied, it is as planned; undone, it is as before', async () => {
  const root = makeRoot('whole')
  const before = listing(root)
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied', number: 1 })
  expect(execFileSync('cat', [join(root, 'etc/ntp/ntp.conf')]).toString()).toBe(`tinker panic 0\n${NTP_CONF}`)
  expect(listing(root)).not.toBe(before)
  expect(await undoHere(root)).toEqual({ number: 1, stuck: [] })
  expect(listing(root)).toBe(before)
})

test('programs are undone in their order, but for what would leave the others nothing to do', async () => {
  const root = makeRoot('order')
  const told = join(root, 'told')
  const note = (word: string) => ['sh', '-c', `echo ${word} >> ${told}`]
  writeFileSync(
    `${root}.plan`,
    JSON.stringify({
      advice: [],
      steps: [
        step({ kind: 'command', run: ['true'], undo: note('mask'), undoneLast: true }),
        step({ kind: 'command', run: ['true'], undo: note('stop') }),
        step({ kind: 'command', run: ['true'], undo: note('disable') }),
      ],
    }),
  )
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
  expect(await undoHere(root)).toEqual({ number: 1, stuck: [] })
  expect(execFileSync('cat', [told]).toString()).toBe('stop\ndisable\nmask\n')
})

test('what does not prove itself is rolled back', async () => {
  const root = makeRoot('unproven', { kind: 'clock', within: 1, servers: [] })
  const before = listing(root)
  expect(await applyHere(root)).toMatchObject({
    outcome: 'rolled back',
    why: 'the clock is wrong',
  })
  expect(listing(root)).toBe(before)
})

test('a file that somebody else changed is left alone', async () => {
  const root = makeRoot('changed')
  await applyHere(root)
  writeFileSync(join(root, 'etc/ntp/ntp.conf'), 'server z\n')
  const { stuck = [] } = (await undoHere(root)) ?? {}
  expect(stuck).toHaveLength(1)
  expect(stuck[0]).toMatch(/changed by somebody else/)
})

describe('killed with SIGKILL before any call that changes a file', () => {
  const calls = callsOf(play('apply', makeRoot('count'), 0))
  test('there are such calls', () => expect(calls).toBeGreaterThan(30))

  // Every twelfth in each of twelve tests: a process for each call takes its time on a busy machine.
  test.each(Array.from({ length: 12 }, (_, i) => i + 1))('while it is applied (%i of 12)', async first => {
    for (let at = first; at <= calls; at += 12) {
      const root = makeRoot(`apply-${at}`)
      const before = listing(root)
      expect(play('apply', root, at).signal).toBe('SIGKILL')
      expect((await undoHere(root))?.stuck ?? []).toEqual([])
      expect(listing(root), `killed before call ${at}`).toBe(before)
      rmSync(root, { recursive: true })
    }
  })

  test.each([1, 2, 3])('while it is undone (%i of 3)', async first => {
    const sample = makeRoot(`count-undo-${first}`)
    await applyHere(sample)
    const undoing = callsOf(play('undo', sample, 0))
    expect(undoing).toBeGreaterThan(8)
    for (let at = first; at <= undoing; at += 3) {
      const root = makeRoot(`undo-${at}`)
      const before = listing(root)
      await applyHere(root)
      expect(play('undo', root, at).signal).toBe('SIGKILL')
      await undoHere(root)
      expect(listing(root), `killed before call ${at}`).toBe(before)
      rmSync(root, { recursive: true })
    }
  })
})
