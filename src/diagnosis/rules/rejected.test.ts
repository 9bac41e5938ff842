/** How long a daemon had no source after a jump is what its words say, and not until anything is selected some day. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const rejected = (...lines: readonly string[]) =>
  explain(...lines).findings.find(({ name }) => name === 'source-rejected-by-its-own-jitter')

const CHRONY = [
  '2027-03-05T00:00:00Z chronyd version 4.5 starting (+CMDMON)',
  '2027-03-05T00:00:04Z Selected source 192.0.2.1',
]
const WRONG = '2027-03-05T11:08:15Z System clock wrong by 46.997210 seconds'

test('chronyd has none when it says so; that one is too noisy is said of one', () => {
  const one = rejected(
    ...CHRONY,
    "2027-03-05T11:06:54Z Can't synchronise: no selectable sources",
    '2027-03-05T11:07:42Z Jitter of 192.0.2.1 exceeds maxjitter of 1.000 seconds',
    '2027-03-05T11:08:15Z Selected source 192.0.2.1',
    WRONG,
    '2027-03-05T11:09:15Z Jitter of 192.0.2.2 exceeds maxjitter of 1.000 seconds',
    '2027-03-05T20:00:00Z Selected source 192.0.2.2',
  )
  expect(one!.measures.time).toBe(81)
  expect(one!.evidence.map(({ text }) => text)).toEqual([
    "Can't synchronise: no selectable sources",
    'Jitter of 192.0.2.1 exceeds maxjitter of 1.000 seconds',
    'Selected source 192.0.2.1',
  ])
  expect(
    rejected(
      ...CHRONY,
      '2027-03-05T11:07:42Z Jitter of 192.0.2.2 exceeds maxjitter of 1.000 seconds',
      WRONG,
      '2027-03-05T20:00:00Z Selected source 192.0.2.1',
    ),
  ).toBeUndefined()
})

test('ntpd forgets what it has measured when it steps: that it has none then is of no scatter, whether or not one comes', () => {
  const ntpd = (...after: readonly string[]) =>
    rejected(
      ' 5 Mar 00:00:06 ntpd[15793]: 192.0.2.1 903a 8a sys_peer',
      ' 5 Mar 01:48:07 ntpd[15793]: 0.0.0.0 0613 03 spike_detect +3.500685 s',
      ...after,
      ' 5 Mar 06:42:10 ntpd[15793]: 192.0.2.1 907a 8a sys_peer',
    )
  const step = ' 5 Mar 01:51:23 ntpd[15793]: 0.0.0.0 061c 0c clock_step +3.501043 s'
  const none = (at: string) => ` 5 Mar ${at} ntpd[15793]: 0.0.0.0 c618 08 no_sys_peer`
  const again = (at: string) => ` 5 Mar ${at} ntpd[15793]: 192.0.2.1 905a 8a sys_peer`
  expect(ntpd(step, none('01:51:25'), again('01:51:25'))).toBeUndefined()
  expect(ntpd(step, none('01:51:25'), again('02:00:00'))).toBeUndefined()
  expect(ntpd(step, none('01:51:25'))).toBeUndefined()
  expect(ntpd(none('01:49:00'), again('01:51:20'), step)!.measures.time).toBe(140)
  expect(
    rejected(
      'Nov 20 09:30:28 a ntpd[1822]: 0.0.0.0 c615 05 clock_sync',
      'Nov 20 09:41:02 a ntpd[1822]: 0.0.0.0 0613 03 spike_detect +4.300122 s',
      'Nov 20 09:56:40 a ntpd[1822]: 0.0.0.0 061c 0c clock_step +4.301931 s',
      'Nov 20 09:56:41 a ntpd[1822]: 0.0.0.0 0615 05 clock_sync',
      'Nov 20 09:56:42 a ntpd[1822]: 0.0.0.0 c618 08 no_sys_peer',
    ),
  ).toBeUndefined()
})

test('ntpd has none after the second of two jumps: of the first it had one again in the same second', () => {
  const second = rejected(
    ' 5 Mar 00:00:06 ntpd[15793]: 192.0.2.1 903a 8a sys_peer',
    ' 5 Mar 01:48:07 ntpd[15793]: 0.0.0.0 0613 03 spike_detect +3.200178 s',
    ' 5 Mar 02:05:17 ntpd[15793]: 0.0.0.0 061c 0c clock_step +3.199587 s',
    ' 5 Mar 02:05:21 ntpd[15793]: 0.0.0.0 c618 08 no_sys_peer',
    ' 5 Mar 02:05:21 ntpd[15793]: 192.0.2.1 903a 8a sys_peer',
    ' 5 Mar 13:38:57 ntpd[15793]: 0.0.0.0 0628 08 no_sys_peer',
    ' 5 Mar 15:39:52 ntpd[15793]: 192.0.2.1 901a 8a sys_peer',
    ' 5 Mar 15:39:52 ntpd[15793]: 0.0.0.0 0613 03 spike_detect +4.698379 s',
    ' 5 Mar 15:57:27 ntpd[15793]: 0.0.0.0 061c 0c clock_step +4.699145 s',
  )
  expect(second!.measures.time).toBe(7255)
})
