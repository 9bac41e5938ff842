/** The folder of all repairs: who may work in it, what is left of it, and what is said when it is not what was written. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { undoRepair } from '../../src/apps/repair/undo.ts'
import { applyHere, stateOf, undoHere } from './here.ts'

const MAIN = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url))

let folder: string
let root: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-state-'))
  root = join(folder, 'root')
  mkdirSync(join(root, 'etc'), { recursive: true })
  mkdirSync(join(root, 'var/lib'), { recursive: true })
  writeFileSync(join(root, 'etc/ntp.conf'), 'server a\n')
  writeFileSync(join(root, 'etc/other.conf'), 'x\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

const edit = (path: string, before: string, after: string) =>
  writeFileSync(
    `${root}.plan`,
    JSON.stringify({
      advice: [],
      steps: [
        {
          title: 'Edit',
          reasons: [],
          change: { kind: 'file', path, before, after },
          risk: '',
          proof: { kind: 'reads' },
          undone: '',
        },
      ],
    }),
  )

const undo = (number?: number) =>
  undoRepair(stateOf(root), number, { root, live: false, force: false, tell: () => {} })

const twoRepairs = async () => {
  edit('/etc/ntp.conf', 'server a\n', 'server b\n')
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied', number: 1 })
  edit('/etc/other.conf', 'x\n', 'y\n')
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied', number: 2 })
}

test.each([
  [1, 2],
  [2, 1],
])('nothing is left, whichever of two is undone first (%i, then %i)', async (first, second) => {
  await twoRepairs()
  expect(await undo(first)).toEqual({ number: first, stuck: [] })
  expect(readdirSync(stateOf(root)).filter(name => name !== 'made')).toEqual([String(second)])
  expect(await undo(second)).toEqual({ number: second, stuck: [] })
  expect(readdirSync(join(root, 'var/lib'))).toEqual([])
  expect(readFileSync(join(root, 'etc/ntp.conf'), 'utf8')).toBe('server a\n')
})

test('nothing is left where the disk was mounted elsewhere meanwhile', async () => {
  edit('/etc/ntp.conf', 'server a\n', 'server b\n')
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied', number: 1 })
  renameSync(root, join(folder, 'elsewhere'))
  root = join(folder, 'elsewhere')
  expect(await undo()).toEqual({ number: 1, stuck: [] })
  expect(readdirSync(join(root, 'var/lib'))).toEqual([])
})

test('one of which a later one changed a file is not undone by halves', async () => {
  const step = (path: string, before: string, after: string) => ({
    title: 'Edit',
    reasons: [],
    change: { kind: 'file', path, before, after },
    risk: '',
    proof: { kind: 'reads' },
    undone: '',
  })
  const steps = [step('/etc/ntp.conf', 'server a\n', 'server b\n'), step('/etc/other.conf', 'x\n', 'y\n')]
  writeFileSync(`${root}.plan`, JSON.stringify({ advice: [], steps }))
  await applyHere(root)
  edit('/etc/ntp.conf', 'server b\n', 'server c\n')
  await applyHere(root)
  await expect(undo(1)).rejects.toThrow(
    /^repair 2 changed \/etc\/ntp.conf after repair 1: undo that one first/,
  )
  expect(readFileSync(join(root, 'etc/ntp.conf'), 'utf8')).toBe('server c\n')
  expect(readFileSync(join(root, 'etc/other.conf'), 'utf8')).toBe('y\n')
  expect(await undo()).toEqual({ number: 2, stuck: [] })
  expect(await undo()).toEqual({ number: 1, stuck: [] })
  expect(readFileSync(join(root, 'etc/ntp.conf'), 'utf8')).toBe('server a\n')
  expect(readFileSync(join(root, 'etc/other.conf'), 'utf8')).toBe('x\n')
})

test('folders that were there stay', async () => {
  mkdirSync(stateOf(root), { recursive: true })
  await twoRepairs()
  await undo(1)
  await undo(2)
  expect(readdirSync(stateOf(root))).toEqual([])
})

test('a line end in the path of a copy is a letter as any other', async () => {
  root = join(folder, 'two\nlines')
  mkdirSync(join(root, 'etc'), { recursive: true })
  writeFileSync(join(root, 'etc/ntp.conf'), 'server a\n')
  edit('/etc/ntp.conf', 'server a\n', 'server b\n')
  await applyHere(root)
  expect(await undo()).toEqual({ number: 1, stuck: [] })
  expect(readdirSync(root)).toEqual(['etc'])
})

/** Another process that is in the middle of a repair. */
const HOLDER = `
  const { workAlone } = await import(${JSON.stringify(new URL('../../src/apps/repair/alone.ts', import.meta.url).href)})
  await workAlone(process.argv[1], () => new Promise(done => {
    process.stdin.once('data', done)
    console.log('holds')
  }))
  process.exit()
`
async function hold(): Promise<ChildProcess> {
  const other = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', HOLDER, stateOf(root)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  await once(other.stdout!, 'data')
  return other
}

describe('while another repair is under way', () => {
  test('there is no second one, and it is said who is at it', async () => {
    const other = await hold()
    edit('/etc/ntp.conf', 'server a\n', 'server b\n')
    await expect(applyHere(root)).rejects.toThrow(
      new RegExp(`another repair, or undo, is under way in .*process ${other.pid}\\)`),
    )
    await expect(undo()).rejects.toThrow(/under way/)
    expect(readFileSync(join(root, 'etc/ntp.conf'), 'utf8')).toBe('server a\n')
    other.stdin!.write('x')
    await once(other, 'exit')
    expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
  })

  test('of one that was killed no lock stays', async () => {
    const other = await hold()
    other.kill('SIGKILL')
    await once(other, 'exit')
    expect(existsSync(join(stateOf(root), 'lock'))).toBe(true)
    edit('/etc/ntp.conf', 'server a\n', 'server b\n')
    expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
    expect(await undoHere(root)).toEqual({ number: 1, stuck: [] })
    expect(existsSync(join(stateOf(root), 'lock'))).toBe(false)
  })
})

describe('where no folder can be made', () => {
  const held = (state: string, before = '') =>
    spawnSync(
      'unshare',
      [
        '-rm',
        'sh',
        '-c',
        `${before} exec "$@"`,
        'sh',
        process.execPath,
        '--input-type=module',
        '-e',
        HOLDER,
        state,
      ],
      { encoding: 'utf8', timeout: 30_000, killSignal: 'SIGKILL', input: 'x' },
    )

  test('on a disk that is read only, it ends and says so', () => {
    const { status, stderr } = held(
      stateOf(root),
      `mount --bind '${root}' '${root}' && mount -o remount,bind,ro '${root}' &&`,
    )
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/repairs cannot be made \(EROFS.*nothing was changed/),
    ])
  })

  test('below /proc, where the kernel says that something is missing, whatever is asked', () => {
    const { status, stderr } = held('/proc/none/repairs')
    expect([status, stderr]).toEqual([1, expect.stringMatching(/ENOENT.*nothing was changed/)])
  })

  test('and whose lock cannot be one, its path is named, and that nothing was changed', () => {
    mkdirSync(stateOf(root), { recursive: true })
    const { status, stderr } = held(
      stateOf(root),
      `mount --bind '${root}' '${root}' && mount -o remount,bind,ro '${root}' &&`,
    )
    expect(status).toBe(1)
    expect(stderr).toMatch(/repairs\/lock cannot be locked \(.*\): nothing was changed/)
  })
})

describe('a journal that is not what was written', () => {
  const journal = () => join(stateOf(root), '1/journal.jsonl')
  const change = (how: (lines: string[]) => readonly string[]) =>
    writeFileSync(journal(), how(readFileSync(journal(), 'utf8').split('\n')).join('\n'))
  beforeEach(async () => {
    edit('/etc/ntp.conf', 'server a\n', 'server b\n')
    await applyHere(root)
  })

  test.each<[string, (lines: string[]) => readonly string[], RegExp]>([
    [
      'is no JSON',
      ([first, , ...rest]) => [first!, '#####', ...rest],
      /line 2 of .* is not what was written/,
    ],
    [
      'says something else',
      ([first, , ...rest]) => [first!, '{"what":"intent","step":0}', ...rest],
      /line 2/,
    ],
    ['lacks a line', ([first, , ...rest]) => [first!, ...rest], /does not tell what step 1 was/],
    ['lacks its beginning', ([, ...rest]) => rest, /does not tell how the repair began/],
    ['is empty', () => [], /is empty, and files were kept/],
  ])('that %s is told, and never taken for undone', async (_, how, why) => {
    change(how)
    const { stuck = [] } = (await undo()) ?? {}
    expect(stuck.join('\n')).toMatch(why)
    expect(existsSync(join(stateOf(root), '1/before/0'))).toBe(true)
    expect((await undo())?.stuck.length).toBeGreaterThan(0)
  })

  test('a torn last line announces nothing', async () => {
    appendFileSync(journal(), '{"what":"inte')
    expect(await undo()).toEqual({ number: 1, stuck: [] })
    expect(readFileSync(join(root, 'etc/ntp.conf'), 'utf8')).toBe('server a\n')
  })

  test('a file that was kept and is another now is not put back', async () => {
    writeFileSync(join(stateOf(root), '1/before/0'), 'server evil\n')
    expect((await undo())?.stuck).toEqual([expect.stringMatching(/is not what was kept there/)])
    expect(readFileSync(join(root, 'etc/ntp.conf'), 'utf8')).toBe('server b\n')
  })

  test('a link in its place leads nowhere', async () => {
    const precious = join(folder, 'precious')
    writeFileSync(precious, '{"what":"begin"')
    rmSync(journal())
    symlinkSync(precious, journal())
    await expect(undo()).rejects.toThrow(/ELOOP/)
    expect(readFileSync(precious, 'utf8')).toBe('{"what":"begin"')
  })
})

describe('what the list says of a repair', () => {
  const listed = () => {
    const said = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', MAIN, 'repair', 'list', '--json', '--state', stateOf(root)],
      { encoding: 'utf8' },
    )
    return JSON.parse(said.stdout).repairs
  }
  const steps = (...paths: string[]) => {
    const plans = paths.map(path => {
      edit(path, readFileSync(join(root, path), 'utf8'), 'new\n')
      return JSON.parse(readFileSync(`${root}.plan`, 'utf8')).steps[0]
    })
    writeFileSync(`${root}.plan`, JSON.stringify({ advice: [], steps: plans }))
  }

  test('an undo that could not take all of it back leaves no repair that is applied', async () => {
    steps('/etc/ntp.conf', '/etc/other.conf')
    await applyHere(root)
    expect(listed()).toMatchObject([{ number: 1, outcome: 'applied', undone: [] }])
    writeFileSync(join(root, 'etc/ntp.conf'), 'server z\n')
    expect((await undo())?.stuck).toHaveLength(1)
    expect(listed()).toMatchObject([{ number: 1, outcome: 'partly undone', undone: [2] }])
  })
})

describe('folders of a repair that was killed before it could write down that it made them', () => {
  test('are gone after the next undo, though there was nothing to take back', async () => {
    const other = await hold()
    other.kill('SIGKILL')
    await once(other, 'exit')
    expect(readdirSync(join(root, 'var/lib'))).toEqual(['clockwright'])
    expect(await undo()).toBeUndefined()
    expect(readdirSync(join(root, 'var/lib'))).toEqual([])
  })

  test('but not what somebody else has put there meanwhile', async () => {
    const other = await hold()
    other.kill('SIGKILL')
    await once(other, 'exit')
    writeFileSync(join(root, 'var/lib/clockwright/history.db'), '')
    expect(await undo()).toBeUndefined()
    expect(readdirSync(join(root, 'var/lib/clockwright'))).toEqual(['history.db'])
  })

  test('and a stranger cannot have others removed', async () => {
    mkdirSync(join(root, 'empty'))
    mkdirSync(stateOf(root), { recursive: true })
    writeFileSync(join(stateOf(root), 'made'), `${join(root, 'empty')}\n../../../../empty\n/\n.\n`)
    expect(await undo()).toBeUndefined()
    expect(readdirSync(root).sort()).toEqual(['empty', 'etc', 'var'])
    expect(existsSync(join(root, 'var/lib/clockwright'))).toBe(true)
  })
})
