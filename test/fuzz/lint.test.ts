/** Any bytes in any file: the linter answers, in time, and points at lines that are there. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FINDINGS } from '#diagnosis/finding.ts'
import type { LintFile } from '#diagnosis/lint/file-kind.ts'
import { lint } from '#diagnosis/lint/lint.ts'
import { withEdits } from '../support/edits.ts'

const VECTORS = fileURLToPath(new URL('../vectors/lint', import.meta.url))
const REAL: readonly LintFile[] = readdirSync(VECTORS, { recursive: true, encoding: 'utf8' })
  .filter(path => statSync(join(VECTORS, path)).isFile())
  .map(path => ({ path, text: readFileSync(join(VECTORS, path), 'utf8') }))
const PATHS = [...new Set(REAL.map(({ path }) => path.replace(/^[^/]+\/(?:bad|good)\//, '')))]
const ABOUTS = [
  {},
  { hypervisor: 'kvm' },
  { hypervisor: 'xen-hvm', kernel: '2.6.18-53.el5' },
  { daemons: [{ name: 'ntpd' as const, version: '4.2.4p8' }], hypervisor: 'none', kernel: '%' },
  { daemons: [], architecture: 'i686' },
]

function judge(files: readonly LintFile[], about: (typeof ABOUTS)[number]): void {
  const findings = lint(files, about)
  for (const { name, evidence, remedy } of findings) {
    expect(Object.keys(FINDINGS)).toContain(name)
    for (const { file, line } of evidence) {
      expect(file!).toBeLessThan(files.length)
      expect(line!).toBeGreaterThan(0)
    }
    // Edits are of lines that are there.
    for (const { file, line } of remedy.edits ?? []) {
      expect(line).toBeLessThanOrEqual(files[file]!.text.split('\n').length)
      expect(line).toBeGreaterThanOrEqual(0)
    }
    lint(withEdits(files, remedy.edits ?? []), about)
  }
}

const path = fc.constantFrom(...PATHS, 'unknown')
const about = fc.constantFrom(...ABOUTS)

test('any bytes under any name', () =>
  fc.assert(
    fc.property(
      fc.array(fc.record({ path, bytes: fc.uint8Array({ maxLength: 400 }) }), { maxLength: 4 }),
      about,
      (files, known) =>
        judge(
          files.map(each => ({ path: each.path, text: new TextDecoder().decode(each.bytes) })),
          known,
        ),
    ),
    { numRuns: 150 },
  ))

test('real files with lines exchanged, cut and mixed, under the names of others', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          path,
          from: fc.constantFrom(...REAL),
          other: fc.constantFrom(...REAL),
          cut: fc.nat({ max: 400 }),
          junk: fc.string({ unit: 'binary', maxLength: 12 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      about,
      (parts, known) =>
        judge(
          parts.map(({ path, from, other, cut, junk }) => ({
            path,
            text: from.text.slice(0, cut) + junk + other.text.slice(cut >> 1),
          })),
          known,
        ),
    ),
    { numRuns: 60 },
  ))

test.each([
  ['one endless line', 'server '.repeat(60_000)],
  ['many lines of nonsense', 'zeitgeist on\n'.repeat(40_000)],
  ['many sources', 'server ntp.example iburst\n'.repeat(10_000)],
  ['open quotes', `${'OPTIONS="-g \\\n'.repeat(5_000)}`],
  ['deep tags', '<a>'.repeat(3_000)],
  ['many equals', '='.repeat(200_000)],
])('%s take no endless time', (_, text) => {
  for (const path of [
    'etc/ntp.conf',
    'etc/chrony.conf',
    'etc/sysconfig/ntpd',
    'guest.xml',
    'etc/ntp.toml',
    'copy',
    'boot/grub/grub.conf',
  ])
    expect(lint([{ path, text }]).length).toBeLessThan(200)
})
