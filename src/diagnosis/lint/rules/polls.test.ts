import { expect, test } from 'vitest'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'

test.each([
  ['PollIntervalMaxSec=4', ['PollIntervalMaxSec=32']],
  ['PollIntervalMaxSec=20', ['PollIntervalMaxSec=32']],
  ['PollIntervalMinSec=8\nPollIntervalMaxSec=4', ['PollIntervalMinSec=16', 'PollIntervalMaxSec=32']],
  ['PollIntervalMinSec=2min\nPollIntervalMaxSec=1min', ['PollIntervalMaxSec=2min']],
  ['PollIntervalMinSec=16\nPollIntervalMaxSec=20', []],
  ['PollIntervalMaxSec=64', []],
  ['PollIntervalMinSec=8\nPollIntervalMaxSec=64', ['PollIntervalMinSec=16']],
])('timesyncd: %j', (lines, edits) =>
  expect(
    lint([{ path: 'etc/systemd/timesyncd.conf', text: `[Time]\nNTP=a b c d\n${lines}\n` }])
      .filter(({ name }) => name === 'out-of-range')
      .flatMap(({ remedy }) => remedy.edits?.map(({ text }) => text) ?? []),
  ).toEqual(edits),
)

const polls = (path: string, line: string, about: About = {}) =>
  lint([{ path, text: `${line}\n` }], about)
    .filter(({ name }) => name === 'out-of-range')
    .map(({ severity, what, cost, remedy }) => ({
      severity,
      text: `${what} ${cost}`,
      edit: remedy.edits?.[0]?.text,
    }))
const NTPD = (version: string): About => ({ daemons: [{ name: 'ntpd', version }] })

test.each<[line: string, severity: string, said: RegExp, edit: string]>([
  ['server a iburst minpoll 17', 'warning', /for 10: it asks every 1024 s, always/, 'server a iburst'],
  [
    'server a burst maxpoll 3',
    'note',
    /for 3: it asks every 8 s, always/,
    'server a burst minpoll 3 maxpoll 3',
  ],
  ['server a minpoll 17 maxpoll 17 iburst', 'warning', /every 36\.4 h at most/, 'server a iburst'],
])('ntpd: %s', (line, severity, said, edit) =>
  expect(polls('etc/ntp.conf', line)).toEqual([{ severity, text: expect.stringMatching(said), edit }]),
)

test('before 4.2.6 ntpd leaves a source out whose intervals cross', () => {
  for (const line of ['server a minpoll 12', 'server a maxpoll 5', 'server a minpoll 8 maxpoll 6']) {
    const refused = expect.stringContaining('does not ask this source')
    expect(polls('etc/ntp.conf', line, NTPD('4.2.4p8'))).toMatchObject([
      { severity: 'warning', text: refused },
    ])
    expect(polls('etc/ntp.conf', line, NTPD('4.2.8p15'))).toMatchObject([
      { text: expect.stringContaining('takes both for') },
    ])
  }
})

test.each<[line: string, said: RegExp, edit: string]>([
  ['server a iburst minpoll 20', /every 12\.1 d at most/, 'server a iburst'],
  ['server a minpoll 18 maxpoll 20', /every 3\.0 d at most/, 'server a'],
  [
    'server a iburst maxpoll 4',
    /takes both for 6: it asks every 64 s/,
    'server a iburst minpoll 4 maxpoll 4',
  ],
  ['server a minstratum 16 iburst', /is taken for 15/, 'server a iburst'],
  ['server a xleave maxdelay 0.000001', /never follows it/, 'server a xleave'],
  ['server a maxdelay 0 iburst', /never follows it/, 'server a iburst'],
])('chronyd: %s', (line, said, edit) =>
  expect(polls('etc/chrony.conf', line)).toEqual([
    { severity: 'warning', text: expect.stringMatching(said), edit },
  ]),
)

test.each([
  ['etc/ntp.conf', 'server a minpoll 10'],
  ['etc/ntp.conf', 'server a maxpoll 6'],
  ['etc/ntp.conf', 'server a maxpoll 17'],
  ['etc/ntp.conf', 'server a minpoll 3 maxpoll 3'],
  ['etc/ntp.conf', 'server 127.127.28.0 maxpoll 4'],
  ['etc/chrony.conf', 'server a minpoll 10'],
  ['etc/chrony.conf', 'server a minpoll 12'],
  ['etc/chrony.conf', 'server a minstratum 15 maxdelay 0.0001'],
  // Cards stamp what leaves and what comes within nanoseconds.
  ['etc/chrony.conf', 'server a maxdelay 0.000001\nhwtimestamp *'],
])('%s: %s is nothing to be told', (path, line) => expect(polls(path, line)).toEqual([]))

test.each([
  ['100ms', ['ConnectionRetrySec=1']],
  ['1', []],
  ['5min', []],
])('timesyncd tries again no sooner than after a second: %s', (value, written) => {
  const text = `[Time]\nNTP=a\nConnectionRetrySec=${value}\n`
  const findings = lint([{ path: 'etc/systemd/timesyncd.conf', text }]).filter(
    ({ name }) => name === 'out-of-range',
  )
  expect(findings.flatMap(({ remedy }) => remedy.changes)).toEqual(written)
})
