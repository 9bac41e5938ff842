/** What systemd says of a clock that was set: by whoever says so himself, or by somebody of whom no line tells. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const told = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, what }) =>
    name === 'stepped-by-someone-else' ? what.replaceAll('2027-03-05T', '') : name,
  )
const line = (time: string, text: string) => `2027-03-05T${time}+0000 u24 ${text}`
const FLUSHED = 'systemd-resolved[611]: Clock change detected. Flushing caches.'
const TIMESYNCD = [
  line('07:00:03', FLUSHED),
  line(
    '07:00:03',
    'systemd-timesyncd[598]: Initial synchronization to time server 192.0.2.1:123 (ntp.test).',
  ),
  line('15:42:41', 'CRON[2211]: (root) CMD (true)'),
]
const CHRONYD = [
  line('07:00:01', 'chronyd[720]: chronyd version 4.5 starting (+CMDMON +NTP)'),
  line('07:00:09', 'chronyd[720]: Selected source 192.0.2.1'),
  line('15:42:41', 'CRON[2211]: (root) CMD (true)'),
]
const END = [line('15:50:03', 'CRON[2219]: (root) CMD (true)')]

test('a clock that was set back, and nobody says that he did it', () => {
  const back = [
    line('13:50:02', 'systemd-journald[340]: Time jumped backwards, rotating.'),
    line('13:50:02', FLUSHED),
    line('13:52:00', 'CRON[2217]: (root) CMD (true)'),
  ]
  expect(told(...TIMESYNCD, ...back, ...END)).toEqual([
    'The clock was set at 13:50:02Z, back by 6759 s (113 min) or somewhat more: by somebody else, or by systemd-timesyncd, which does not tell of its own steps.',
  ])
  expect(told(...CHRONYD, ...back, ...END)).toEqual([
    'The clock was set at 13:50:02Z, back by 6759 s (113 min) or somewhat more: no line tells by whom.',
  ])
  // No daemon has a line there.
  expect(told(TIMESYNCD[2]!, ...back, ...END)).toEqual([
    'The clock was set at 13:50:02Z, back by 6759 s (113 min) or somewhat more: no line tells by whom.',
  ])
})

test('what PID 1 says, and timedated, and a journal that does not fit its file', () => {
  const how = 'How much it was no line tells either.'
  expect(told(...CHRONYD, line('15:45:00', 'systemd[1]: Time has been changed'))).toEqual([
    `The clock was set at 15:45:00Z: no line tells by whom. ${how}`,
  ])
  expect(
    told(
      ...CHRONYD,
      line('15:45:00', 'systemd-timedated[99]: Changed local time to Fri 2027-03-05 15:45:00 UTC'),
    ),
  ).toEqual([`The clock was set at 15:45:00Z: somebody had asked timedatectl to. ${how}`])
  expect(
    told(
      ...CHRONYD,
      line(
        '15:45:00',
        'systemd-journald[340]: /run/log/journal/1/system.journal: Realtime clock jumped backwards relative to last journal entry, rotating.',
      ),
    ),
  ).toEqual([`The clock was set at 15:45:00Z, back: no line tells by whom. ${how}`])
})

test('a set that comes again and again', () => {
  const sets = ['03', '09', '15', '21'].map(hour => line(`${hour}:00:05`, FLUSHED))
  expect(told(TIMESYNCD[1]!.replace('05T07', '05T01'), ...sets)[0]).toContain(
    'The clock was set 4 times, about every 6.0 h, first at 03:00:05Z: by somebody else',
  )
})

test('a set that somebody owns to: the start, a step of the daemon, a resume of the machine', () => {
  expect(told(...TIMESYNCD, ...END)).toEqual(['good'])
  const stepped = told(
    ...CHRONYD,
    line('15:45:00', 'chronyd[720]: System clock wrong by 2.500000 seconds'),
    line('15:45:02', 'chronyd[720]: System clock was stepped by 2.500000 seconds'),
    line('15:45:02', FLUSHED),
  )
  expect(stepped).not.toContain('good')
  expect(stepped.join()).not.toContain('The clock was set')
  expect(
    told(
      ...TIMESYNCD,
      line('15:45:00', 'kernel: PM: suspend entry (s2idle)'),
      line('15:48:00', 'kernel: PM: suspend exit'),
      line('15:48:00', FLUSHED),
    ),
  ).toEqual(['kernel-saw-a-pause', 'good'])
  // What daemons tell the kernel of TAI is a set, too.
  expect(
    told(
      ...CHRONYD,
      line('15:45:00', "chronyd[720]: Can't synchronise: no selectable sources"),
      line('15:47:00', 'chronyd[720]: Selected source 192.0.2.1'),
      line('15:47:00', FLUSHED),
    ).join(),
  ).not.toContain('The clock was set')
})
