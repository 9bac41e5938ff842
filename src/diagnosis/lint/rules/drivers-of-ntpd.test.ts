import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

const judged = (...lines: readonly string[]) =>
  lint([
    { path: 'etc/chrony.conf', text: ['driftfile /d', ...lines, 'rtcsync', 'makestep 1 -1', ''].join('\n') },
  ])
const names = (...lines: readonly string[]) => judged(...lines).map(({ name }) => name)

test.each([
  ['alone', [], 'no-source'],
  ['beside one server', ['server a.example iburst'], 'single-source'],
  ['beside three', ['a', 'b', 'c'].map(name => `server ${name}.example iburst`), 'fewer-than-four'],
])('a driver of ntpd is no source of chronyd: %s', (_, others, expected) => {
  const all = names('server 127.127.1.0', ...others)
  expect(all).toContain('wrong-values')
  expect(all).toContain(expected)
  expect(all).not.toContain('no-iburst')
  expect(all).not.toContain(expected === 'single-source' ? 'two-sources' : 'single-source')
})

test('what was meant is said, and the line goes', () => {
  const told = (...lines: readonly string[]) => judged(...lines).find(({ name }) => name === 'wrong-values')!
  const alone = told('server 127.127.1.0 iburst')
  expect(alone.remedy.text).toContain('`local stratum N`')
  expect(alone.remedy.edits).toEqual([{ file: 0, line: 2, kind: 'delete', text: '' }])
  expect(told('server 127.127.1.0 iburst', 'local stratum 10').remedy.text).toContain('is there already')
  expect(told('server 127.127.20.0 mode 17').remedy.text).toContain('`refclock`')
  expect(told('server 127.0.0.1 iburst')).toBeUndefined()
})
