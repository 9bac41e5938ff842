/** A few lines of a log, and what they are enough to say. */
import { describe, expect, test } from 'vitest'
import { verdictOf } from '#report/explain/verdict.ts'
import { explain } from '../../../test/support/explain.ts'

describe('what says nothing of the clock is no reason to call it good', () => {
  test.each([
    ['Feb 14 23:15:13 host132 ntpd[11593]: 0.0.0.0 c012 02 freq_set kernel 0.000 PPM'],
    [
      'Oct 27 22:20:51 pi ntpd[128639]: ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1): Starting',
      'Oct 27 22:20:51 pi ntpd[128639]: kernel reports TIME_ERROR: 0x41: Clock Unsynchronized',
      'Oct 27 22:20:52 pi ntpd[128639]: Soliciting pool server 203.113.174.44',
    ],
    ['Jun  3 10:00:00 vm kernel: PM: suspend entry (s2idle)', 'Jun  3 13:00:12 vm kernel: PM: suspend exit'],
    ['server 192.0.2.1 iburst', 'tinker panic 0'],
  ])('%s', (...lines) => {
    const explained = explain(...lines)
    expect(explained.findings.map(({ name }) => name)).not.toContain('good')
    expect(verdictOf(explained)).toBe('unknown')
  })

  test('that a source was selected is one', () => {
    expect(verdictOf(explain('2027-03-05T00:00:04Z Selected source 192.0.2.1'))).toBe('good')
  })
})

describe('ntpdate sets a clock, and ends', () => {
  const line = (hour: number, offset: string) =>
    `28 Feb ${hour}:11:28 ntpdate[8904]: step time server 203.107.6.88 offset ${offset} sec`
  const names = (...lines: readonly string[]) => explain(...lines).findings.map(({ name }) => name)

  test('that was 36.7 days behind', () => {
    const { findings, verdict } = explain(line(14, '3168820.831817'))
    expect(verdict).toBe('warning')
    expect(findings.map(({ name }) => name)).toEqual(['wrong-at-start'])
    expect(findings[0]!.measures.size).toBeCloseTo(3_168_820.8, 1)
  })

  test('that was right, or goes wrong again and again, was not wrong at first only', () => {
    expect(names(line(14, '0.512345'))).toEqual(['good'])
    const each = [10, 11, 12, 13, 14].map(hour => line(hour, '7.512345'))
    expect(names(...each)).toEqual(['frequency-far-off'])
  })
})

describe('systemd-timesyncd does not say that it sets the clock', () => {
  const log = (asked: string, heard: string) =>
    explain(
      `Aug 24 ${asked} torre systemd-timesyncd[412]: Network configuration changed, trying to establish connection.`,
      `Aug 24 ${heard} torre systemd-timesyncd[412]: Contacted time server 185.125.190.56:123 (ntp.ubuntu.com).`,
      `Aug 24 ${heard} torre systemd-timesyncd[412]: Initial clock synchronization to Mon 2026-08-24 ${heard}.123456 CEST.`,
    )

  test('its stamps fall when it sets it back', () => {
    const { findings, verdict } = log('19:21:23', '17:22:01')
    expect(verdict).toBe('warning')
    const [found] = findings
    expect(found!.name).toBe('clock-went-back')
    expect(found!.measures.size).toBe(-(2 * 3600 - 38))
    expect(found!.causes[0]!.what).toContain('local time')
    // 1000 s are of no zone.
    expect(JSON.stringify(log('19:21:23', '19:04:43').findings)).not.toContain('local time')
  })

  test('forwards, or when summer time ends, it is none', () => {
    expect(log('17:22:01', '19:21:23').verdict).toBe('good')
    expect(log('17:22:01', '16:22:05').verdict).toBe('good')
  })
})
