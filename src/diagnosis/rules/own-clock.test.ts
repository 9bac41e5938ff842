/** ntpd's driver LOCAL: the clock that it keeps, which is no witness of the time, and follows nobody. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
/** ntpd asks its own clock each minute, the others in 256 s. */
const OWN_POLL = 64
const POLL = 256

const names = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)

/** A day in 2008: so many servers, and LOCAL beside them, which is followed in those hours, when the others are silent. */
function day(of: {
  readonly servers: number
  readonly alone?: readonly [number, number]
  readonly gathered?: number
}): string[] {
  const [from, to] = (of.alone ?? [0, 0]).map(hour => hour * HOUR) as [number, number]
  const noise = (at: number) => 2e-4 * Math.sin(at * 12.9898)
  const rows: [number, string][] = []
  const lost = of.gathered ?? 0
  for (let at = 9; at < 24 * HOUR; at += OWN_POLL) {
    const status = at >= from && at < to ? '9614' : '9014'
    rows.push([at, `127.127.1.0 ${status} 0.000000000 0.000000000 0.000945000 0.000000954`])
  }
  for (let server = 1; server <= of.servers; server++)
    for (let at = 10 * server; at < 24 * HOUR; at += POLL) {
      if (at >= from && at < to) continue
      // ntpd steps a quarter of an hour after it has heard of it.
      const offset = noise(at + server) + (to > 0 && at >= to && at < to + 900 ? lost : 0)
      rows.push([at, `10.1.1.${server} 9414 ${offset.toFixed(9)} 0.003100000 0.000945000 0.000120000`])
    }
  return rows.sort(([a], [b]) => a - b).map(([at, row]) => `54800 ${at.toFixed(3)} ${row}`)
}

test('beside servers it neither agrees nor disagrees, and is none of them', () => {
  expect(names(...day({ servers: 3 }))).toEqual(['good good'])
  expect(names(...day({ servers: 2 }))).toEqual(['note two-sources', 'good good'])
  expect(names(...day({ servers: 1 }))).toEqual(['note single-source', 'good good'])
})

test('six hours on it, and what had gathered meanwhile', () => {
  const [worst] = explain(...day({ servers: 3, alone: [9, 15], gathered: -1.05 })).findings
  expect(worst).toMatchObject({ name: 'stratum-10-island', severity: 'critical' })
  expect(worst!.measures.time! / HOUR).toBeCloseTo(6, 1)
  expect(worst!.measures.offset).toBeCloseTo(-1.05, 2)
})

test('nobody but it was heard', () => {
  const { findings, log } = explain(...day({ servers: 0, alone: [0, 24] }))
  expect(findings.map(({ name, severity }) => [name, severity])).toEqual([['stratum-10-island', 'critical']])
  expect(findings[0]!.what).toContain('nobody else was heard')
  expect(log.span!.to - log.span!.from).toBeGreaterThan(23 * HOUR)
})

test('a loopstats in which each offset is zero, of a release that wrote as NTPsec did later', () => {
  const { findings, keepers } = explain(
    ...Array.from(
      { length: 100 },
      (_, i) => `54169 ${10 + i * OWN_POLL}.001 0.000000000 388.408997 0.000002478 0.000082 6`,
    ),
  )
  expect(findings.map(({ name, severity }) => [name, severity])).toEqual([['stratum-10-island', 'critical']])
  expect(keepers[0]!.ntpsec).toBe(false)
})

describe('in the messages of ntpd', () => {
  const log = (reset: string) => [
    'Feb 12 03:15:21 web7 ntpd[1203]: synchronized to 10.10.0.5, stratum 3',
    'Feb 12 04:15:21 web7 ntpd[1203]: synchronized to LOCAL(0), stratum 10',
    'Feb 12 09:15:21 web7 ntpd[1203]: synchronized to 10.10.0.5, stratum 3',
    `Feb 12 09:30:21 web7 ntpd[1203]: time reset ${reset} s`,
    'Feb 12 09:35:44 web7 ntpd[1203]: synchronized to 10.10.0.5, stratum 3',
  ]

  test('the clock ran free for five hours: 100 ppm, and no pause', () => {
    const { findings } = explain(...log('+1.821000'))
    expect(findings[0]).toMatchObject({ name: 'stratum-10-island', severity: 'critical' })
    expect(findings[0]!.measures.offset).toBeCloseTo(1.821, 6)
    expect(findings.map(({ name }) => name)).not.toContain('vm-paused')
  })

  test.each([
    ['4.2.4', 'synchronized to 10.10.0.5, stratum 3', 'synchronized to LOCAL(0), stratum 10'],
    ['4.2.8', '10.10.0.5 961a 8a sys_peer', 'LOCAL(0) 901a 8a sys_peer'],
    ['4.2.8 by its address', '10.10.0.5 961a 8a sys_peer', '127.127.1.0 901a 8a sys_peer'],
  ])('that of %s follows it to the end of the log, as far as others show', (_, other, own) => {
    const said = (at: string, message: string) => `Feb 12 ${at} web7 ntpd[1203]: ${message}`
    const cron = (at: string) => `Feb 12 ${at} web7 CRON[2211]: (root) CMD (true)`
    const found = (...lines: readonly string[]) => explain(...lines).findings.map(({ what }) => what)
    const lines = [said('03:15:21', other), said('04:15:21', own)]
    expect(found(...lines, ...['06', '11', '16', '21'].map(hour => cron(`${hour}:00:01`)))).toEqual([
      expect.stringContaining('is taken for a source of time, for 16.7 h in all: ntpd'),
    ])
    // Its own words alone.
    expect(found(...lines)).toEqual([
      expect.stringMatching(/of this machine itself, since \S+-02-12T04:15:21Z and to the end of its log\.$/),
    ])
    // For minutes only, as far as anybody knows.
    expect(found(...lines, said('04:20:21', other), cron('21:00:01'))).toEqual([
      expect.stringContaining('kept this clock without trouble'),
    ])
  })

  test('no clock runs off by a minute in that time: it was stopped', () => {
    expect(names(...log('+61.821000'))).toContain('critical vm-paused')
  })
})

describe('in what ntpq prints', () => {
  const HEAD = '     remote           refid      st t when poll reach   delay   offset  jitter'
  const SERVER = '10.1.1.1        10.0.0.1         2 u   35   64  377    0.512    0.041   0.022'
  const OWN = 'LOCAL(0)        .LOCL.          10 l   33   64  377    0.000    0.000   0.001'

  test('listed only, it leads nobody, and is no second source', () => {
    expect(names(HEAD, `*${SERVER}`, ` ${OWN}`)).toEqual(['note single-source', 'good good'])
  })

  test('followed, it does', () => {
    expect(names(HEAD, ` ${SERVER}`, `*${OWN}`)).toContain('warning stratum-10-island')
  })
})

describe('servers that serve their own clocks', () => {
  const rows = (stratum: number, refid: string) =>
    Array.from({ length: 60 }, (_, i) => {
      const at = 100 + 64 * i + 0.01 * Math.sin(i)
      const sent = 3_976_214_401 + at
      const times = [sent, sent + 0.01, sent + 0.01, sent + 0.02].map(each => each.toFixed(9)).join(' ')
      return `61041 ${at.toFixed(3)} 192.0.2.${1 + (i % 4)} 192.0.2.9 ${times} 0 4 4 ${stratum} 6 -23 0.000000 0.000000 ${refid}`
    })

  test('by rawstats', () => {
    expect(names(...rows(10, '192.0.2.77'))).toContain('warning stratum-10-island')
    expect(names(...rows(6, '127.127.1.0'))).toContain('warning stratum-10-island')
    // A master that is told to be one, and a server of a long chain.
    expect(names(...rows(1, '127.127.1.0'))).not.toContain('warning stratum-10-island')
    expect(names(...rows(6, '192.0.2.77'))).not.toContain('warning stratum-10-island')
  })

  test('by one of four it is outvoted', () => {
    const mixed = rows(2, '192.0.2.77').map((row, i) => (i % 4 === 0 ? rows(10, '127.127.1.1')[i]! : row))
    expect(names(...mixed)).not.toContain('warning stratum-10-island')
  })

  const stamp = (i: number) => `2026-01-01 00:${String(i).padStart(2, '0')}:00`

  test('by measurements.log', () => {
    const lines = (stratum: number) =>
      Array.from(
        { length: 60 },
        (_, i) =>
          `${stamp(i)} 192.0.2.${1 + (i % 4)}   N ${stratum} 111 111 1111   6  6 0.00 -4.892e-0${4 + (i % 3)}  2.561e-02  5.144e-05  0.000e+00  0.000e+00 7F7F0101 4B K K`,
      )
    expect(names(...lines(10))).toContain('warning stratum-10-island')
    expect(names(...lines(1))).not.toContain('warning stratum-10-island')
  })

  test('by tracking.log, of a client at one stratum more', () => {
    const lines = (stratum: number) =>
      Array.from(
        { length: 60 },
        (_, i) =>
          `${stamp(i)} 192.0.2.1   ${stratum}      0.100      0.200  9.525e-0${4 + (i % 3)} N  2  2.822e-04  0.000e+00  2.582e-02  1.273e-01  1.500e+00`,
      )
    expect(names(...lines(11))).toContain('warning stratum-10-island')
    expect(names(...lines(3))).not.toContain('warning stratum-10-island')
  })
})

test('a board without a clock boots in 1970, and its chronyd puts that right: nothing stood still for half a century', () => {
  expect(
    names(
      'Jan  1 00:01:47 board chronyd[583]: Selected source 192.0.2.1 (pool.ntp.org)',
      'Jan  1 00:01:47 board chronyd[583]: System clock wrong by 1746599044.734500 seconds',
      'May  7 06:25:51 board chronyd[583]: System clock was stepped by 1746599044.734500 seconds',
    ),
  ).toEqual(['note wrong-at-start', 'good good'])
})
