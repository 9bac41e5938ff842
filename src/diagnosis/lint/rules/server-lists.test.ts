import { expect, test } from 'vitest'
import { withEdits } from '../../../../test/support/edits.ts'
import { lint } from '../lint.ts'

const filesOf = (lines: string) => [{ path: 'etc/systemd/timesyncd.conf', text: `[Time]\n${lines}\n` }]
const told = (lines: string) =>
  lint(filesOf(lines)).filter(({ name }) => name === 'sources-unusable' || name === 'wrong-values')

test.each([
  ['NTP=a.example,b.example', 'sources-unusable', 'critical', 'NTP=a.example b.example'],
  ['NTP=a.example, b.example', 'wrong-values', 'warning', 'NTP=a.example b.example'],
  ['NTP = a.example, b.example ,', 'wrong-values', 'warning', 'NTP=a.example b.example'],
  ['NTP=a.example # own, b', 'wrong-values', 'warning', '# own, b\nNTP=a.example'],
  ['NTP=a.example,b.example ; own', 'wrong-values', 'warning', '# own\nNTP=a.example b.example'],
  ['NTP=a.example;b.example', 'sources-unusable', 'critical', 'NTP=a.example b.example'],
  ['NTP=10.0.0.1:123', 'sources-unusable', 'critical', 'NTP=10.0.0.1'],
  ['NTP=[2001:db8::1]:123 a.example', 'wrong-values', 'warning', 'NTP=2001:db8::1 a.example'],
  ['NTP="a.example b.example"', 'sources-unusable', 'critical', 'NTP=a.example b.example'],
  ["NTP='a.example'", 'sources-unusable', 'critical', 'NTP=a.example'],
  ['NTP=http://a.example/time b.example', 'wrong-values', 'warning', 'NTP=a.example b.example'],
  ['FallbackNTP=a.example,b.example', 'sources-unusable', 'critical', 'FallbackNTP=a.example b.example'],
])('%s: %s, %s', (lines, name, severity, mended) => {
  const [finding] = told(lines)
  expect(finding).toMatchObject({ name, severity })
  const after = withEdits(filesOf(lines), finding!.remedy.edits!)
  expect(after).toEqual(filesOf(mended))
  expect(told(mended)).toEqual([])
})

test('whom the fallback names is asked by nobody where the other list has a name', () => {
  expect(told('NTP=a.example,b.example\nFallbackNTP=c.example')).toMatchObject([{ severity: 'critical' }])
  expect(told('NTP=a.example\nFallbackNTP=b.example,c.example')).toMatchObject([{ severity: 'warning' }])
})

test('lists as they are to be, comments of their own, and lines that go on', () => {
  expect(told('# NTP=a,b\nNTP=a.example b.example\n; c, d')).toEqual([])
  expect(told('NTP=a.example,b.example \\\n  c.example')[0]!.remedy.edits).toBeUndefined()
})

test('names and addresses of every kind, and what somebody fills in', () => {
  const good = [
    '10.0.0.1',
    '2001:db8::1',
    'fe80::1%eth0',
    'ntp_1.example',
    'a.example.',
    'zürich.example',
    '$NTP',
  ]
  expect(told(`NTP=${good.join(' ')}`)).toEqual([])
})
