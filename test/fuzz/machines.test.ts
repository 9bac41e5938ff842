/**
 * Any bytes in any file of a copy: the inventory is taken, printed and collected without an exception, nothing outside the copy is
 * read, and no control character of a file reaches the terminal. The copies are those of test/vectors/machines, damaged.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toJson } from '#apps/cli/print.ts'
import { archiveOf, collect } from '#apps/inventory/collect.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import { inventoryText } from '#report/inventory.ts'
import { plain } from '#report/style.ts'
import { openFiles } from '#worlds/host/files.ts'

const MACHINES = join(import.meta.dirname, '../vectors/machines')
const RUNS = Number(process.env.CLOCKWRIGHT_FUZZ ?? 60)

const filesBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    path => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false,
  )

const machines = readdirSync(MACHINES).map(name => {
  const root = join(MACHINES, name, 'root')
  const texts = filesBelow(root).map(path => [path, readFileSync(join(root, path), 'latin1')] as const)
  return Object.fromEntries(texts)
})
const paths = [...new Set(machines.flatMap(machine => Object.keys(machine)))]

const bytes = fc.uint8Array({ maxLength: 400 }).map(each => String.fromCharCode(...each))
/** What a terminal obeys. */
const CONTROL = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/

/** What parsers of these files stumble over. */
const hostile = fc.constantFrom(
  '\u001b]0;owned\u0007\u001b[2J \u009b2J \u202e',
  '\0'.repeat(50),
  '"'.repeat(1000),
  "'\\\n".repeat(500),
  `[Service]\nExecStart=\nExecStart=$A\${B}%h \\x\nEnvironmentFile=/proc/self/mem\n`,
  'include /**/*/../*\nconfdir / /etc\nsourcedir /dev\n',
  'includefile /dev/zero\nincludefile ../../../../../../etc/shadow\n',
  'menuentry {\nsubmenu {\n}}}}}{{{\nset default=\n',
  '99999999999999999999-99999999999999999999,0-4294967295\n',
  `{"kernelClock":${'['.repeat(2000)}`,
  'cpu  9 9 9 9 9 9 9 9\nbtime 9999999999999999\n',
  'x'.repeat(20_000),
)
const damaged = (text: string) =>
  fc.oneof(
    bytes,
    hostile,
    fc.tuple(fc.nat(text.length), bytes).map(([at, other]) => text.slice(0, at) + other + text.slice(at)),
    fc.tuple(fc.nat(text.length), fc.nat(60)).map(([at, n]) => text.slice(0, at) + text.slice(at + n)),
    hostile.map(other => `${text}\n${other}`),
  )

const copies = fc.constantFrom(...machines).chain(machine =>
  fc
    .uniqueArray(fc.constantFrom(...paths), { minLength: 1, maxLength: 8 })
    .chain(chosen =>
      fc.tuple(...chosen.map(path => fc.tuple(fc.constant(path), damaged(machine[path] ?? '')))),
    )
    .map(changes => ({ ...machine, ...Object.fromEntries(changes) }) as Record<string, Member>),
)

describe('a damaged copy', () => {
  test('is read, told and collected', () => {
    fc.assert(
      fc.property(copies, members => {
        const files = memoryFiles(members)
        const inventory = takeInventory(files)
        expect(toJson(inventory, 2)).not.toMatch(CONTROL)
        expect(inventoryText(inventory, plain)).not.toMatch(CONTROL)
        archiveOf(collect(files), 'x')
      }),
      { numRuns: RUNS },
    )
  })

  test('with links for files', () => {
    const target = fc.oneof(
      fc.constantFrom(
        '/dev/null',
        '/',
        '..',
        '/etc/ntp.conf',
        '/proc/self/cmdline',
        '../../../etc/passwd',
        '',
      ),
      fc.constantFrom(...paths).map(path => `/${path}`),
    )
    const links = fc.uniqueArray(fc.tuple(fc.constantFrom(...paths), target), {
      maxLength: 10,
      selector: ([path]) => path,
    })
    fc.assert(
      fc.property(fc.constantFrom(...machines), links, (machine, changes) => {
        const linked = Object.fromEntries(changes.map(([path, link]) => [path, { link }]))
        inventoryText(takeInventory(memoryFiles({ ...machine, ...linked })), plain)
      }),
      { numRuns: RUNS },
    )
  })
})

describe('on a disk', () => {
  const SECRET = 'secret-of-the-machine-that-reads'
  let above: string
  beforeAll(() => {
    above = mkdtempSync(join(tmpdir(), 'clockwright-fuzz-'))
    writeFileSync(join(above, 'secret'), `server ${SECRET}.example\n`)
    mkdirSync(join(above, 'secrets'))
    for (const name of ['a.conf', 'a.sources', 'comm', 'cmdline', 'ntp.conf', 'chrony.conf'])
      writeFileSync(join(above, 'secrets', name), `server ${SECRET}.example\n`)
  })
  afterAll(() => rmSync(above, { recursive: true }))

  test.each(readdirSync(MACHINES))(
    '%s with links and includes that lead out: nothing outside is read',
    name => {
      const root = join(above, name)
      cpSync(join(MACHINES, name, 'root'), root, { recursive: true, verbatimSymlinks: true })
      const out = join(above, 'secret')
      // Every file is a way out once, every second a relative one.
      for (const [i, path] of filesBelow(root).entries()) {
        if (i % 3 === 0) continue
        rmSync(join(root, path))
        const up = '../'.repeat(path.split('/').length)
        symlinkSync(i % 3 === 1 ? out : `${up}secret`, join(root, path))
      }
      for (const directory of [
        'etc/chrony/conf.d',
        'etc/systemd/timesyncd.conf.d',
        'etc/sysctl.d',
        'proc/4242',
      ]) {
        rmSync(join(root, directory), { recursive: true, force: true })
        mkdirSync(join(root, directory, '..'), { recursive: true })
        symlinkSync(join(above, 'secrets'), join(root, directory))
      }
      for (const conf of [
        'etc/chrony.conf',
        'etc/chrony/chrony.conf',
        'etc/ntp.conf',
        'etc/ntpsec/ntp.conf',
      ]) {
        rmSync(join(root, conf), { force: true })
        mkdirSync(join(root, conf, '..'), { recursive: true })
        writeFileSync(
          join(root, conf),
          `include ../secret\ninclude ${out}\nincludefile ${out}\nconfdir ${above}/secrets ../secrets\nsourcedir ../secrets\n`,
        )
      }
      const files = openFiles(root)
      expect(JSON.stringify(takeInventory(files))).not.toContain(SECRET)
      expect(archiveOf(collect(files), 'x').toString('latin1')).not.toContain(SECRET)
    },
  )
})
