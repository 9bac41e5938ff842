/**
 * What is forecast "with the remedy" is what the steps of the plan lead to: of a guest whose ntpd is told in a unit of the
 * distribution never to step, with servers of its own and of others.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makePlan } from '#apps/repair/make-plan.ts'
import { applyHere, examineHere, undoHere } from './here.ts'

const MAIN = join(import.meta.dirname, '../../src/apps/cli/main.ts')

let folder: string
let root: string
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-promise-'))
  root = join(folder, 'root')
  write('sys/class/dmi/id/sys_vendor', 'QEMU\n')
  write('usr/sbin/ntpd', '')
  write('usr/lib/systemd/system/ntpd.service', UNIT)
  write('etc/systemd/system/multi-user.target.wants/README', '')
  write('var/lib/README', '')
  symlinkSync(
    '/usr/lib/systemd/system/ntpd.service',
    join(root, 'etc/systemd/system/multi-user.target.wants/ntpd.service'),
  )
  write('etc/ntp.conf', '# Zürich\ntinker panic 0\nserver 10.0.0.1 iburst\nserver 10.0.0.2 true maxpoll 10\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

const UNIT = `[Service]
EnvironmentFile=-/etc/sysconfig/ntpd
ExecStart=/usr/sbin/ntpd -u ntp:ntp \\
  -x -g $OPTIONS
`

const listing = () =>
  execFileSync('sh', [
    '-c',
    'cd "$1" && find . | sort && find . -type f -exec sha256sum {} + | sort',
    'sh',
    root,
  ]).toString()

test.each([[['slow-after-a-pause']], [undefined]])(
  'the remedy that is forecast is the plan (%j)',
  { timeout: 60_000 },
  async only => {
    const checked = await examineHere(root, only)
    const before = listing()
    const { now, best } = checked.prospect!
    expect(best!.median).toBeLessThan(now.median / 10)
    writeFileSync(`${root}.plan`, JSON.stringify(makePlan(checked, root, { only }).plan))
    expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
    expect(readFileSync(join(root, 'etc/systemd/system/ntpd.service.d/clockwright.conf'), 'utf8')).toBe(
      '[Service]\nExecStart=\nExecStart=/usr/sbin/ntpd -u ntp:ntp   -g $OPTIONS\n',
    )
    const after = await examineHere(root)
    expect(after.prospect!.now.median).toBe(best!.median)
    expect(after.findings.map(({ name }) => name)).not.toContain('slew-only')
    expect(await undoHere(root)).toEqual({ number: 1, stuck: [] })
    expect(listing()).toBe(before)
  },
)

test('no plan makes worse what it leaves out: what helps against it goes with it', {
  timeout: 60_000,
}, async () => {
  write('usr/lib/systemd/system/ntpd.service', UNIT.replace('-x -g', '-g'))
  // As SLES 11 brings it, with the servers of a house.
  write(
    'etc/ntp.conf',
    `server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n${[1, 2, 3, 4].map(n => `server 10.0.0.${n} iburst\n`).join('')}`,
  )
  const checked = await examineHere(root)
  const { now, otherwise, best } = checked.prospect!
  expect(otherwise!.median).toBeGreaterThan(2 * now.median)
  expect(best!.median).toBeLessThan(now.median)
  const slow = checked.findings.find(({ name }) => name === 'slow-after-a-pause')
  expect(slow?.severity).toBe('note')
  writeFileSync(`${root}.plan`, JSON.stringify(makePlan(checked, root).plan))
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
  const after = await examineHere(root)
  expect(after.prospect!.now.median).toBe(best!.median)
  expect(after.findings.filter(({ severity }) => severity !== 'note')).toEqual([])
})

test('one number in one report', { timeout: 60_000 }, async () => {
  const { findings } = await examineHere(root)
  const slew = findings.find(({ name }) => name === 'slew-only')!
  const slow = findings.find(({ name }) => name === 'slow-after-a-pause')!
  expect(slow.what.startsWith(slew.cost.replace(/\.$/, ''))).toBe(true)
  expect(slew.measures).not.toHaveProperty('slewAfterPause')
})

test('what is left to a person is said, and is no success', { timeout: 60_000 }, () => {
  linkSync(join(root, 'etc/ntp.conf'), join(root, 'etc/ntp.conf.old'))
  const repair = (...words: string[]) =>
    spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', MAIN, 'repair', '--root', root, ...words],
      { encoding: 'utf8' },
    )
  const plan = repair('--only', 'forced-source,slew-only')
  expect(plan.stdout).toContain('Edit /etc/ntp.conf by hand')
  expect(plan.stdout).toContain('it has 2 names (hard links)')
  const { stdout, status } = repair('--only', 'forced-source,slew-only', '--apply', '--yes')
  expect(stdout).toContain('that is not all')
  expect(stdout.split('Left to you')[1]).toContain('Edit /etc/ntp.conf by hand')
  expect(status).toBe(1)
  expect(repair('undo').stdout).toContain('as it was before')
})

test('a link that somebody has made a file of since is not as it was', { timeout: 60_000 }, async () => {
  write('etc/ntp/ntp.conf', readFileSync(join(root, 'etc/ntp.conf'), 'utf8'))
  rmSync(join(root, 'etc/ntp.conf'))
  symlinkSync('ntp/ntp.conf', join(root, 'etc/ntp.conf'))
  const before = readFileSync(join(root, 'etc/ntp/ntp.conf'), 'utf8')
  const checked = await examineHere(root)
  writeFileSync(`${root}.plan`, JSON.stringify(makePlan(checked, root, {}).plan))
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
  const after = readFileSync(join(root, 'etc/ntp/ntp.conf'), 'utf8')
  expect(after).not.toBe(before)
  rmSync(join(root, 'etc/ntp.conf'))
  write('etc/ntp.conf', after)
  const undone = await undoHere(root)
  expect(undone?.stuck).toEqual([
    expect.stringMatching(/^\/etc\/ntp\.conf was changed by somebody else since/),
  ])
  rmSync(join(root, 'etc/ntp.conf'))
  symlinkSync('ntp/ntp.conf', join(root, 'etc/ntp.conf'))
  expect(await undoHere(root)).toEqual({ number: 1, stuck: [] })
  expect(readFileSync(join(root, 'etc/ntp/ntp.conf'), 'utf8')).toBe(before)
})
