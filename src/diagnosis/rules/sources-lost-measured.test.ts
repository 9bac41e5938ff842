/** ntpd says that it follows nobody, and statistics lie beside its log: what it repeats in them is no measurement. */
import { describe, expect, test } from 'vitest'
import { explain, explainNamed } from '../../../test/support/explain.ts'

const HOUR = 3600
/** 2027-03-05. */
const DAY = 61_469
const SOURCES = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const
const row = (at: number, source: string, status: string, offset: number) =>
  `${DAY} ${at.toFixed(3)} ${source} ${status} ${offset.toFixed(9)} 0.020389270 0.002000000 0.000643684`
const LAST = 280 * 64 + 2
const measured = (until: number) =>
  SOURCES.flatMap((source, nth) =>
    Array.from({ length: until / 64 }, (_, poll) =>
      row(poll * 64 + nth, source, '941a', 1e-5 * Math.sin(poll + nth)),
    ),
  )
const stamp = (at: number) => `${new Date(Date.UTC(2027, 2, 5) + at * 1e3).toISOString().slice(0, 19)}Z vm`
const ntpd = (at: number, text: string) => `${stamp(at)} ntpd[700]: ${text}`

const FROM = 5 * HOUR
const repeated = SOURCES.map((source, nth) => row(FROM + 900 + nth, source, '8023', 2e-4))
const unreachable = SOURCES.map((source, nth) => ntpd(FROM + 500 + nth, `${source} 8423 83 unreachable`))
const nobody = ntpd(FROM + 800, '0.0.0.0 0618 08 no_sys_peer')
const followed = ntpd(600, `${SOURCES[0]} 941a 8a sys_peer`)
const exit = ntpd(12 * HOUR, 'ntpd exiting on signal 15 (Terminated)')
const told = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => [severity, name])

describe.each([
  ['that tells whom it follows', [followed]],
  ['that does not', []],
])('ntpd %s', (_, before) => {
  test('hears nobody until it is ended', () => {
    const { findings } = explain(...measured(FROM), ...repeated, ...before, ...unreachable, nobody, exit)
    expect(findings.map(({ name, severity }) => [severity, name])).toEqual([['warning', 'sources-lost']])
    expect(findings[0]!.measures).toEqual({ time: 12 * HOUR - LAST, open: 1 })
  })

  test('hears nobody, and with that its log ends', () => {
    expect(told(...measured(FROM), ...repeated, ...before, ...unreachable, nobody)).toEqual([
      ['warning', 'not-synchronised'],
    ])
  })

  test('hears somebody again', () => {
    const back = SOURCES.flatMap(source =>
      Array.from({ length: 100 }, (_, poll) => row(FROM + 1000 + poll * 64, source, '941a', 0)),
    )
    expect(told(...measured(FROM), ...repeated, ...back, ...before, ...unreachable, nobody)).toEqual([
      ['good', 'good'],
    ])
  })
})

test('statistics of another time say nothing about the last word', () => {
  expect(told(...measured(FROM), ntpd(20 * HOUR, '0.0.0.0 0618 08 no_sys_peer'))).toEqual([['good', 'good']])
})

describe('ntpd that says nothing of its sources', () => {
  const started = ntpd(0, 'ntpd 4.2.8p6@1.3265-o Sun Nov 22 12:09:30 UTC 2026 (1): Starting')
  const given = SOURCES.map((source, nth) => row(FROM + 2 * HOUR + nth, source, '8023', 2e-4))
  const late = ntpd(300 * HOUR, 'ntpd exiting on signal 15')
  const lost = (...lines: readonly string[]) => explain(...measured(FROM), ...lines).findings[0]

  test('has rows of sources that are not reachable, and no other after them', () => {
    expect(lost(...given)).toMatchObject({
      name: 'sources-lost',
      measures: { time: FROM + 2 * HOUR + 2 - LAST, open: 1 },
    })
  })

  test('has such rows, and ran on until it was ended', () => {
    expect(lost(...given, started, exit)).toMatchObject({ measures: { time: 12 * HOUR - LAST, open: 1 } })
  })

  test('measured nothing more until it was ended', () => {
    expect(lost(started, exit)).toMatchObject({
      name: 'sources-lost',
      measures: { time: 12 * HOUR - LAST, open: 1 },
    })
  })

  test.each([
    ['the start of that run is not known', [exit]],
    ['it was started again meanwhile', [started, ntpd(11 * HOUR, 'ntpd 4.2.8p6 (1): Starting'), exit]],
    [
      'it ended on another day, of which there may be a file, and was heard nearly until midnight',
      [started, ...measured(23 * HOUR), late],
    ],
  ])('may have measured elsewhere: %s', (_, lines) => {
    expect(lost(...lines)).toMatchObject({ name: 'good' })
  })

  test('ended on another day, of which there may be a file: on its own it had none', () => {
    expect(lost(started, late)).toMatchObject({
      name: 'sources-lost',
      severity: 'warning',
      measures: { time: 24 * HOUR - LAST, open: 1 },
    })
  })

  test.each([
    ['peerstats', 300],
    ['/var/log/ntpstats/peerstats.gz', 300],
    ['/var/log/ntpstats/peerstats.20270305', 24],
    ['/var/log/ntpstats/peerstats.1', 24],
  ])('ended on another day, and %s has what it measured until then', (file, until) => {
    expect(explainNamed(file, [...measured(FROM), started, late]).findings[0]).toMatchObject({
      name: 'sources-lost',
      severity: until > 24 ? 'critical' : 'warning',
      measures: { time: until * HOUR - LAST, open: 1 },
    })
  })

  test('was heard nearly until midnight, and by the newest file never again', () => {
    const of = (file: string) => explainNamed(file, [...measured(24 * HOUR), started, late]).findings[0]
    expect(of('ntpstats/peerstats')).toMatchObject({ name: 'sources-lost', severity: 'critical' })
    expect(of('ntpstats/peerstats.20270305')).toMatchObject({ name: 'good' })
  })

  test.each([
    ['went on', 300, 'sources-lost'],
    ['was silent from then on as well', 5, 'good'],
  ])('ended days later, and the rest of its machine %s', (_, until, name) => {
    const others = Array.from(
      { length: until },
      (_, hour) => `${stamp(hour * HOUR)} CRON[9]: (root) CMD (true)`,
    )
    expect(
      explainNamed('peerstats', [...measured(FROM), started, ...others, late]).findings[0],
    ).toMatchObject({ name })
  })

  test('was started again on another day', () => {
    const again = [ntpd(200 * HOUR, 'ntpd 4.2.8p6 (1): Starting'), late]
    expect(explainNamed('peerstats', [...measured(FROM), started, ...again]).findings[0]).toMatchObject({
      name: 'good',
    })
  })

  test('says in a zone that nobody knows when it ended', () => {
    const own = (at: string, text: string) => ` 5 Mar ${at} ntpd[700]: ${text}`
    const words = (begun: string) => [
      own(begun, 'ntpd 4.2.8p6@1.3265-o Sun Nov 22 12:09:30 UTC 2026 (1): Starting'),
      own('12:00:00', 'ntpd exiting on signal 15 (Terminated)'),
    ]
    expect(lost(...words('00:00:00'))).toMatchObject({ name: 'sources-lost' })
    expect(lost(...words('03:30:00'))).toMatchObject({ name: 'good' })
  })
})
