/** The disk of a stranger: its journal may lie, and its links may lead anywhere. Nothing outside of it is touched. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { undoRepair } from '../../src/apps/repair/undo.ts'
import { cli } from '../support/cli.ts'
import { applyHere, stateOf } from './here.ts'

let folder: string
let root: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-stranger-'))
  root = join(folder, 'root')
  mkdirSync(join(root, 'etc'), { recursive: true })
  writeFileSync(join(root, 'etc/ntp.conf'), 'server a\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

const undo = (at = root) =>
  undoRepair(stateOf(at), undefined, { root: at, live: false, force: false, tell: () => {} })

function journal(...entries: object[]): void {
  const at = join(stateOf(root), '1')
  mkdirSync(join(at, 'before'), { recursive: true })
  writeFileSync(join(at, 'before/0'), 'theirs\n')
  const begin = { what: 'begin', plan: 'x', root: '/', at: '', steps: [] }
  writeFileSync(
    join(at, 'journal.jsonl'),
    [begin, ...entries].map(each => `${JSON.stringify(each)}\n`).join(''),
  )
}

const edit = () =>
  writeFileSync(
    `${root}.plan`,
    JSON.stringify({
      advice: [],
      steps: [
        {
          title: 'Edit',
          reasons: [],
          change: { kind: 'file', path: '/etc/ntp.conf', before: 'server a\n', after: 'server b\n' },
          risk: '',
          proof: { kind: 'reads' },
          undone: '',
        },
      ],
    }),
  )

test('its journal runs nothing here', async () => {
  const mark = join(folder, 'mark')
  journal({ what: 'intent', step: 0, kind: 'command', run: ['true'], undo: ['touch', mark] })
  expect((await undo())?.stuck).toHaveLength(1)
  expect(existsSync(mark)).toBe(false)
})

test('its journal reaches no file outside', async () => {
  const precious = join(folder, 'precious')
  writeFileSync(precious, 'mine\n')
  journal(
    { what: 'intent', step: 0, kind: 'file', path: '/none', fresh: precious, folders: [] },
    {
      what: 'intent',
      step: 1,
      kind: 'file',
      path: '/../../precious',
      kept: 'before/0',
      fresh: '/x',
      folders: [],
    },
    {
      what: 'intent',
      step: 2,
      kind: 'file',
      path: '/y',
      kept: '../../../../../precious',
      fresh: '/x',
      folders: [],
    },
  )
  await undo()
  expect(readFileSync(precious, 'utf8')).toBe('mine\n')
})

test('its links lead nowhere outside, neither when it is repaired nor when that is undone', async () => {
  const outside = join(folder, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'ntp.conf'), 'server b\n')
  edit()
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
  rmSync(join(root, 'etc'), { recursive: true })
  symlinkSync(outside, join(root, 'etc'))
  await undo()
  expect(readFileSync(join(outside, 'ntp.conf'), 'utf8')).toBe('server b\n')
})

test('a disk may lie elsewhere when it is undone', async () => {
  edit()
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
  const elsewhere = join(folder, 'elsewhere')
  renameSync(root, elsewhere)
  expect(await undo(elsewhere)).toEqual({ number: 1, stuck: [] })
  expect(readFileSync(join(elsewhere, 'etc/ntp.conf'), 'utf8')).toBe('server a\n')
})

test('of an archive no plan is made, and it is said what to do instead', async () => {
  const archive = join(folder, 'web1.tar')
  writeFileSync(archive, new Uint8Array(10_240))
  const { code, stderr } = await cli(['repair', '--root', archive])
  expect(code).toBe(3)
  expect(stderr).toContain(`clockwright check --root ${archive}`)
  expect(stderr).toContain('unpack it')
})
