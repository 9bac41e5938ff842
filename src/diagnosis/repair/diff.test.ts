import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { unifiedDiff } from './diff.ts'

test('reads like diff -u', () => {
  expect(unifiedDiff('/etc/ntp.conf', 'a\nb\nc\n', 'a\nx\nc\n')).toEqual([
    '--- /etc/ntp.conf',
    '+++ /etc/ntp.conf',
    '@@ -1,3 +1,3 @@',
    ' a',
    '-b',
    '+x',
    ' c',
  ])
  expect(unifiedDiff('/f', undefined, 'a\n')).toEqual(['--- /dev/null', '+++ /f', '@@ -0,0 +1 @@', '+a'])
  expect(unifiedDiff('/f', 'a\n', 'a\n')).toEqual([])
})

const folder = mkdtempSync(join(tmpdir(), 'clockwright-diff-'))
afterAll(() => rmSync(folder, { recursive: true }))

const text = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 30 }), fc.boolean())
  .map(([lines, closed]) => lines.join('\n') + (closed && lines.length > 0 ? '\n' : ''))

test('git apply makes the one into the other', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== '' && after !== '')
      const diff = unifiedDiff('f', before, after)
      if (diff.length === 0) return before === after
      const file = join(folder, 'f')
      writeFileSync(file, before)
      execFileSync('git', ['apply', '-p0'], { cwd: folder, input: `${diff.join('\n')}\n` })
      return readFileSync(file, 'utf8') === after
    }),
    { numRuns: 60 },
  )
})
