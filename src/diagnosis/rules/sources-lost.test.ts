/** Logs of words alone, in which a daemon hears nobody any more. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
const START = Date.UTC(2027, 2, 5)
const stamp = (at: number) => `${new Date(START + at * 1e3).toISOString().slice(0, 19)}Z vm`
const timesyncd = (at: number, text: string) => `${stamp(at)} systemd-timesyncd[412]: ${text}`
const told = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => [severity, name])

const contacted = (at: number) => timesyncd(at, 'Contacted time server 192.0.2.1:123 (a.example).')
const waited = (at: number) => timesyncd(at, 'Timed out waiting for reply from 192.0.2.1:123 (a.example).')
/** Asked again and again, as timesyncd does. */
const waiting = (from: number, to: number) =>
  Array.from({ length: Math.ceil((to - from) / 2048) + 1 }, (_, nth) =>
    waited(Math.min(to, from + nth * 2048)),
  )

test('timesyncd waits for an answer until its log ends: a warning, and critical after a day', () => {
  const { findings } = explain(contacted(0), ...waiting(6 * HOUR, 25 * HOUR))
  expect(findings.map(({ name, severity }) => [severity, name])).toEqual([['warning', 'sources-lost']])
  expect(findings[0]).toMatchObject({ measures: { time: 19 * HOUR, open: 1 } })
  expect(told(contacted(0), ...waiting(6 * HOUR, 100 * HOUR))).toEqual([['critical', 'sources-lost']])
})

test('it is answered again after 19 h, or after some minutes, as now and then', () => {
  const { findings } = explain(contacted(0), ...waiting(6 * HOUR, 25 * HOUR), contacted(25 * HOUR + 10))
  expect(findings.map(({ name, severity }) => [severity, name])).toEqual([['warning', 'sources-lost']])
  expect(findings[0]!.measures.time).toBeCloseTo(19 * HOUR + 10, 0)
  expect(findings[0]!.measures.open).toBeUndefined()
  const often = Array.from({ length: 40 }, (_, nth) => [
    waited(nth * 6 * HOUR + 1000),
    contacted(nth * 6 * HOUR + 1010),
  ]).flat()
  expect(told(contacted(0), ...often)).toEqual([['good', 'good']])
  // One wait at the end is a note.
  expect(told(contacted(0), waited(HOUR))).toEqual([
    ['note', 'not-synchronised'],
    ['good', 'good'],
  ])
})

test.each([
  ['chronyd', 'Selected source 192.0.2.1', "Can't synchronise: no selectable sources"],
  ['ntpd', 'synchronized to 192.0.2.1, stratum 2', 'no servers reachable'],
])('the last word of %s is that it follows nobody', (program, follows, alone) => {
  const line = (at: number, text: string) => `${stamp(at)} ${program}[700]: ${text}`
  expect(told(line(0, follows), line(5 * HOUR, alone))).toEqual([['warning', 'not-synchronised']])
  expect(told(line(0, follows), line(5 * HOUR, alone), line(5 * HOUR + 900, follows))).toEqual([
    ['good', 'good'],
  ])
})

test('two nights without the network: the longer one, and that they were two', () => {
  const line = (at: number, text: string) => `${stamp(at)} chronyd[700]: ${text}`
  const night = (from: number, hours: number) => [
    line(from, "Can't synchronise: no selectable sources"),
    line(from + hours * HOUR, 'Selected source 192.0.2.1'),
  ]
  const what = (...lines: readonly string[]) =>
    explain(line(0, 'Selected source 192.0.2.1'), ...lines).findings[0]!.what.replace(
      /, from \S+ to \S+Z/,
      '',
    )
  expect(what(...night(20 * HOUR, 4), ...night(44 * HOUR, 5))).toBe(
    'No source was heard for at least 5.0 h, the longest of 2 such times.',
  )
  // A short one is none of them.
  expect(what(...night(20 * HOUR, 0.2), ...night(44 * HOUR, 5))).toBe(
    'No source was heard for at least 5.0 h.',
  )
  const measured = (hours: readonly number[]) =>
    hours.flatMap(hour =>
      Array.from(
        { length: 56 },
        (_, poll) =>
          `${stamp(hour * HOUR + poll * 64)
            .slice(0, 19)
            .replace(
              'T',
              ' ',
            )} 192.0.2.1       N  2 111 111 1111   6  6 0.00  1.000e-05  2.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`,
      ),
    )
  const hours = Array.from({ length: 40 }, (_, hour) => hour)
  const away = (...spans: readonly (readonly [number, number])[]) =>
    hours.filter(hour => !spans.some(([from, to]) => hour >= from && hour < to))
  expect(explain(...measured(away([5, 9], [20, 25]))).findings[0]!.what).toMatch(
    /^No source was heard for 5\.0\d? h, .*, the longest of 2 such times: the network was lost, or/,
  )
})

test('what a network that goes down before its daemon leaves behind is nothing', () => {
  const line = (at: number, text: string) => `${stamp(at)} chronyd[700]: ${text}`
  expect(
    told(
      line(0, 'Selected source 192.0.2.1'),
      line(5 * HOUR, "Can't synchronise: no selectable sources"),
      line(5 * HOUR + 1, 'chronyd exiting'),
    ),
  ).toEqual([['good', 'good']])
})

test('a server that answers and has no time itself is no network that loses packets', () => {
  const refused = (at: number) => timesyncd(at, 'Server has too large root distance. Disconnecting.')
  const { findings } = explain(
    contacted(0),
    ...Array.from({ length: 20 }, (_, nth) => refused((2 + nth) * HOUR)),
  )
  expect(findings.map(({ name, severity }) => [severity, name])).toEqual([['warning', 'sources-lost']])
  expect(findings[0]!.what).toMatch(/^systemd-timesyncd followed none of its sources for 19\.0 h/)
  expect(findings[0]!.causes.map(({ what }) => what)).toEqual([
    'its server is itself too far from a clock that is right, or has lost it',
  ])
})

test('where more was said than is kept, nobody is missed', () => {
  const each = Array.from({ length: 2100 }, (_, nth) => [
    contacted(nth * 600),
    ...(nth % 2 === 0 ? [waited(nth * 600 + 590)] : []),
  ])
  expect(told(...each.flat())).toEqual([['good', 'good']])
})

describe('chronyd without a source for four days, and what it finds wrong then', () => {
  const line = (at: number, text: string) => `${stamp(at)} chronyd[700]: ${text}`
  const outage = (size: number) =>
    explain(
      line(0, 'chronyd version 4.3 starting (+CMDMON)'),
      line(4, 'Selected source 192.0.2.1'),
      line(22 * HOUR, "Can't synchronise: no selectable sources"),
      line(122 * HOUR, 'Selected source 192.0.2.1'),
      line(122 * HOUR, `System clock wrong by ${size.toFixed(6)} seconds`),
      line(122 * HOUR + size, `System clock was stepped by ${size.toFixed(6)} seconds`),
    ).findings
  const names = (size: number) => outage(size).map(({ name }) => name)

  test('has gathered: nobody set the clock, and no machine stood', () => {
    expect(names(1.764534)).toEqual(['sources-lost'])
    expect(names(-1.764534)).toEqual(['stepped-back', 'sources-lost'])
    const { measures, evidence } = outage(1.764534)[0]!
    expect(measures).toEqual({ time: 100 * HOUR, size: 1.764534 })
    expect(evidence.at(-1)!.text).toContain('4.901 ppm')
  })

  test('happened at once where no crystal wanders so far', () => {
    // 100 h at 50 ppm are 18 s.
    expect(names(25)).toContain('vm-paused')
    expect(names(-25)).toContain('stepped-by-someone-else')
  })
})

describe('ntpd follows nobody for hours', () => {
  const line = (at: number, text: string) => `${stamp(at)} ntpd[700]: ${text}`
  const servers = ['192.0.2.1', '192.0.2.2']
  const before = [
    ...servers.map((server, nth) => line(1 + nth, `${server} 8024 84 reachable`)),
    line(60, '192.0.2.1 941a 8a sys_peer'),
  ]
  const nobody = line(5 * HOUR, '0.0.0.0 0618 08 no_sys_peer')
  const exit = line(17 * HOUR, 'ntpd exiting on signal 15 (Terminated)')
  const firstCause = (...lines: readonly string[]) => {
    const { findings } = explain(...before, ...lines, nobody, exit)
    expect(findings.map(({ name, severity }) => [severity, name])).toEqual([['warning', 'sources-lost']])
    return [findings[0]!.causes[0]!.what, findings[0]!.what]
  }

  test('and calls none of them unreachable: they contradict each other', () => {
    const [cause, what] = firstCause()
    expect(cause).toMatch(/^its sources contradict each other/)
    expect(what).toMatch(/^ntpd followed none of its sources for 12\.0 h/)
  })

  test('and tells of no source at all: its status at the end says that it still followed nobody', () => {
    const end = (status: string) => line(17 * HOUR, `0.0.0.0 ${status} 0d kern kernel time sync disabled`)
    const quiet = [line(0, '0.0.0.0 c016 06 restart'), line(340, '0.0.0.0 0615 05 clock_sync')]
    const { findings } = explain(
      ...quiet,
      line(HOUR, '0.0.0.0 0618 08 no_sys_peer'),
      nobody,
      exit,
      end('001d'),
    )
    expect(findings.map(({ name, severity }) => [severity, name])).toEqual([['warning', 'sources-lost']])
    expect(findings[0]!.measures).toEqual({ time: 12 * HOUR, open: 1 })
    expect(findings[0]!.what).toMatch(/^ntpd followed none of its sources for 12\.0 h/)
    expect(findings[0]!.causes.map(({ what }) => what.slice(0, 17))).toEqual([
      'its sources contr',
      'the network or a ',
    ])
    // It followed somebody again, as ntpd does not say at its usual level; or it was started again, and nothing is known since then.
    expect(told(...quiet, nobody, exit, end('061d'))).toEqual([['good', 'good']])
    expect(told(...quiet, nobody, line(6 * HOUR, '0.0.0.0 c016 06 restart'), exit, end('001d'))).toEqual([
      ['good', 'good'],
    ])
  })

  test('and calls them unreachable, or all but one: the network loses the packets', () => {
    const lost = servers.map((server, nth) => line(5 * HOUR - 60 + nth, `${server} 8433 83 unreachable`))
    for (const lines of [lost, lost.slice(1)]) {
      const [cause, what] = firstCause(...lines)
      expect(cause).toMatch(/^the network/)
      expect(what).toMatch(/^No source was heard for 12\.0 h/)
    }
  })
})

test('timesyncd refuses its servers from the start on, as they are too far from a clock that is right', () => {
  const refused = (at: number) => timesyncd(at, 'Server has too large root distance. Disconnecting.')
  const { findings } = explain(...Array.from({ length: 20 }, (_, nth) => refused(nth * HOUR)))
  expect(findings[0]).toMatchObject({ name: 'not-synchronised', measures: { failures: 20 } })
  expect(findings[0]!.causes[0]!.why).toContain('RootDistanceMaxSec')
  expect(findings[0]!.remedy.changes.join()).toContain('RootDistanceMaxSec=16')
  expect(findings[0]!.remedy.text).not.toContain('UDP')
})
