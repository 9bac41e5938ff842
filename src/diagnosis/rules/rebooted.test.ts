/** A machine that is rebooted or switched off at night: what its daemon steps when it starts is what it is started for. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const DAY = 61_375
const HOUR = 3600
const SERVERS = [1, 2, 3, 4]

const all = (at: number, offset: (server: number) => number, dispersion = 0.015) =>
  SERVERS.map(
    server =>
      `${DAY + Math.floor(at / 86_400)} ${((at % 86_400) + server / 10).toFixed(3)} 192.0.2.${server} 963a ${offset(server).toFixed(9)} 0.020000000 ${dispersion.toFixed(9)} 0.000500000`,
  )
const polls = (from: number, to: number) =>
  Array.from({ length: (to - from) / 1024 }, (_, i) => from + i * 1024).flatMap(at =>
    all(at, server => 1e-4 * Math.sin(at + server)),
  )

/** A start that finds the clock ahead, and steps it after some seconds, and a day's work. */
const work = (from: number, to: number, ahead: number, after = 5) => [
  ...all(from, () => -ahead, 7.9375),
  ...all(from + after, server => 1e-4 * server, 7.9375),
  ...polls(from + after + 64, to),
]
const days = (after: number) =>
  [0.0001, 0.161, 0.77].flatMap((ahead, day) =>
    work(day * 86_400 + 8 * HOUR, day * 86_400 + 18 * HOUR, ahead, after),
  )
const found = (...lines: readonly string[]) => explain(...lines).findings.map(({ name }) => name)

test('its statistics alone show that: a running ntpd waits for five minutes before it steps', () => {
  expect(found(...days(5))).toEqual(['good'])
  expect(found(...days(1000))).toContain('stepped-back')
})

test.each([
  // Since 4.2.6 by the clock as it was, before that by the one that it has set.
  ['13:01:33', -3600],
  ['12:01:33', -3600],
  ['11:01:33', 3600],
  ['12:01:33', 3600],
])('a step that ntpd tells at %s, by %d s, is told when it started, by true time', (stepped, size) => {
  const started = size < 0 ? '13:01:31' : '11:01:31'
  const { findings } = explain(
    ` 1 Dec ${started} ntpd[1]: 0.0.0.0 c016 06 restart`,
    ` 1 Dec ${started} ntpd[1]: 192.0.2.1 903a 8a sys_peer`,
    ` 1 Dec ${stepped} ntpd[1]: 0.0.0.0 c61c 0c clock_step ${size > 0 ? '+' : ''}${size}.000000 s`,
  )
  expect(findings[0]!.name).toBe('wrong-at-start')
  expect(findings[0]!.what).toContain('T12:01:33Z')
})

test.each([
  ['Listen and drop on 0 v4wildcard 0.0.0.0:123'],
  ['0.0.0.0 c01d 0d kern kernel time sync enabled'],
  ['0.0.0.0 c016 06 restart'],
])('the first words of a log of its own, the others are in the system log: %s', start => {
  const time = (at: number) => new Date(at * 1e3).toISOString().slice(11, 19)
  const reboot = (end: number, begin: number, ahead: number) => [
    ` 2 Dec ${time(end)} ntpd[1]: ntpd exiting on signal 15 (Terminated)`,
    ` 2 Dec ${time(begin)} ntpd[1]: ${start}`,
    ...work(86_400 + begin, 86_400 + begin + 6 * HOUR, ahead, 400),
  ]
  const lines = [
    ...work(86_400, 86_400 + 5 * HOUR, 0),
    ...reboot(5 * HOUR, 8 * HOUR, 0.2),
    ...reboot(14 * HOUR, 17 * HOUR, 0.3),
  ]
  expect(found(...lines)).toEqual(['good'])
})

test('a reboot between two polls: a filter is empty that no step has emptied, and the clock had been right', () => {
  const from = 86_400 + 14 * HOUR
  const again = (before: number) => [
    ...polls(86_400 + 8 * HOUR, from),
    ...all(from - 400, server => before + 1e-4 * server),
    ...work(from + 200, from + 4 * HOUR, 0.4, 5),
  ]
  expect(found(...again(0))).toEqual(['good'])
  expect(found(...again(-0.4))).toContain('stepped-back')
})

/** A line of rawstats, whose four stamps are of our clock, of the server's twice, and of ours. */
const exchange = (at: number, server: number, ahead: number) => {
  const stamp = (time: number) => (3_155_673_600 + (DAY - 51_544) * 86_400 + time).toFixed(9)
  const times = [at, at - ahead + 0.01, at - ahead + 0.01, at + 0.02].map(stamp)
  return `${DAY} ${(at + 0.02).toFixed(3)} 192.0.2.${server} 192.0.2.9 ${times.join(' ')} 0 4 4 1 6 -23 0.000000 0.000000 ..`
}

describe('rawstats', () => {
  const right = (from: number, to: number) =>
    Array.from({ length: (to - from) / 1024 }, (_, i) => from + i * 1024).flatMap(at =>
      SERVERS.map(server => exchange(at + 100 * server, server, 1e-4 * Math.sin(at + server))),
    )
  const begin = 8 * HOUR + 40 * 1024
  /** Some of the servers have found the clock ahead before ntpd steps it; the others find it right. */
  const lines = (ahead: number, step: number, asked: readonly number[]) => [
    ...right(8 * HOUR, begin),
    ...asked.map(server => exchange(begin + 60 + server / 10, server, ahead)),
    ...[0, 2, 4, 64].flatMap(after =>
      SERVERS.map(server => exchange(begin + 60 + step + after + server / 10, server, 1e-4 * server)),
    ),
    ...right(begin + 2048, begin + 20 * 1024),
  ]

  test.each([
    ['the first', [1]],
    ['all of them', SERVERS],
  ])(
    'whom ntpd asks in its first second knows what the clock was off by, %s, and none of them has jumped',
    (_, asked) => {
      expect(found(...lines(0.4, 3, asked))).toEqual(['good'])
      expect(found(...lines(-0.4, 3, asked))).toEqual(['good'])
    },
  )

  test('seconds are told, when it started', () => {
    const { findings } = explain(...lines(4, 3, [1]))
    expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual([
      'note wrong-at-start',
      'good good',
    ])
    expect(findings[0]!.measures.size).toBeCloseTo(-4, 2)
    expect(findings[0]!.what).toContain(`${DATE}T19:23:3`)
  })

  test('no source was silent for the hours that the clock was ahead', () => {
    const start = begin - 20 * 1024
    const { findings } = explain(
      ...right(8 * HOUR, start),
      exchange(start + 4 * HOUR, 1, 4 * HOUR),
      ...right(start + 4, start + 4 + 30 * 1024),
    )
    expect(findings.map(({ name }) => name)).toEqual(['wrong-at-start', 'good'])
    expect(findings[0]!.what).toContain(`${DATE}T13:41:2`)
  })

  test('an ntpd that runs waits for five minutes: the clock had been set', () => {
    expect(found(...lines(0.4, 400, SERVERS))).toContain('stepped-by-someone-else')
  })
})

const DATE = '2026-12-01'
const time = (at: number) => `${DATE} ${new Date(at * 1e3).toISOString().slice(11, 19)}`
const HEAD = [
  '='.repeat(130),
  '   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr. Root delay Root disp. Max. error',
  '='.repeat(130),
]
const update = (at: number, ahead: number) =>
  `${time(at)} 192.0.2.1        2     16.957      0.020 ${exponential(ahead)} N  4  5.000e-04  1.000e-06  2.000e-02  6.000e-04  2.000e-02`
/** Its root delay and dispersion are those of whom it followed last, and a second before it followed anybody. */
const nobody = (at: number, of: 'a start' | 'a loss') =>
  `${time(at)} 0.0.0.0          0     16.957      0.020  0.000e+00 ?  0  0.000e+00  0.000e+00  ${of === 'a start' ? '1.000e+00  1.000e+00' : '2.000e-02  6.000e-04'}  1.500e+00`
const measured = (at: number, ahead: number) =>
  SERVERS.map(
    server =>
      `${time(at)} 192.0.2.${server}   N  1 111 111 1111   6  6 0.00 ${exponential(-ahead + 1e-4 * server)}  2.000e-02  5.000e-05  0.000e+00  0.000e+00 7F7F0101 4B K K`,
  )
const exponential = (value: number) =>
  `${value.toExponential(3).replace(/e([+-])(\d)$/, 'e$10$2')}`.padStart(10)

interface Files {
  readonly rows: number
  readonly head: boolean
  readonly of?: 'a start' | 'a loss'
}

/** chronyd's own files: all well, nobody followed at a moment, and the clock is ahead and is stepped. */
const chronyd = ({ rows, head, of = 'a loss' }: Files) => {
  const begin = 1024 * rows + 900
  const right = Array.from({ length: rows }, (_, i) => 1024 * i)
  return [
    ...HEAD,
    ...right.map(at => update(at, 1e-4 * Math.sin(at))),
    ...(head ? HEAD : []),
    nobody(begin, of),
    update(begin + 5, 0.31),
    ...[1, 2, 3, 4, 5].map(i => update(begin + 64 * i, 1e-4)),
    ...right.flatMap(at => measured(at, 1e-4 * Math.sin(at))),
    ...[0, 2, 4].flatMap(after => measured(begin + after, 0.31)),
    ...[6, 64, 128, 192].flatMap(after => measured(begin + after, 1e-4)),
  ]
}

const HEADS = {
  measurements: [
    '='.repeat(130),
    '   Date (UTC) Time     IP Address   L St 123 567 ABCD  LP RP Score    Offset  Peer del. Peer disp.  Root del. Root disp. Refid     MTxRx',
    '='.repeat(130),
  ],
  statistics: [
    '='.repeat(110),
    "   Date (UTC) Time     IP Address    Std dev'n Est offset  Offset sd  Diff freq   Est skew  Stress  Ns  Bs  Nr  Asym",
    '='.repeat(110),
  ],
}
const estimated = (at: number, ahead: number, points = 8) =>
  SERVERS.map(
    server =>
      `${time(at)} 192.0.2.${server}     1.000e-04 ${exponential(ahead + 1e-4 * server)}  5.000e-05  1.000e-09  2.000e-08 1.0e-01  ${`${points}`.padStart(2)}   0   ${points >> 1}  0.00`,
  )

/** One of its logs, with a head before each so many rows. Three hundred rows, and the clock is ahead; then a start, or none. */
const withHeads = (kind: keyof typeof HEADS, { turn, start }: { turn: number; start: boolean }) => {
  const row = kind === 'measurements' ? measured : estimated
  const before = Array.from({ length: 75 }, (_, i) => 1024 * i).flatMap(at => row(at, 0))
  const wrong = [0, 2, 4].flatMap(after => row(77_000 + after, 0.43, 3))
  const after = [...wrong, ...[6, 64, 128].flatMap(each => row(77_000 + each, 0, 4))]
  const headed = (lines: readonly string[]) =>
    lines.flatMap((line, i) => (i % turn === 0 ? [...HEADS[kind], line] : [line]))
  return start ? [...headed(before), ...headed(after)] : headed([...before, ...after])
}

describe.each(['measurements', 'statistics'] as const)('%s alone', kind => {
  test('show a start by a head that comes before its turn', () => {
    expect(found(...withHeads(kind, { turn: 32, start: true }))).toEqual(['good'])
    expect(found(...withHeads(kind, { turn: 32, start: false }))).not.toEqual(['good'])
  })

  test('have a head as often as they were told to', () => {
    expect(found(...withHeads(kind, { turn: 20, start: false }))).not.toEqual(['good'])
    expect(found(...withHeads(kind, { turn: 64, start: true }))).toEqual(['good'])
  })

  test('that begin in the midst show no start at the first head', () => {
    const lines = withHeads(kind, { turn: 320, start: false })
    const cut = lines.findIndex(line => line.includes('21:23:20'))
    expect(found(...lines.slice(3, cut), ...HEADS[kind], ...lines.slice(cut))).not.toEqual(['good'])
  })
})

test('that it was off by seconds at a start is told of its measurements, too', () => {
  const lines = withHeads('measurements', { turn: 32, start: true }).map(line =>
    line.replace(/-4\.[23]\d+e-01/, '-4.300e+00'),
  )
  const { findings } = explain(...lines)
  expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual([
    'note wrong-at-start',
    'good good',
  ])
  expect(findings[0]!.measures.size).toBeCloseTo(-4.3, 1)
  expect(findings[0]!.what).toContain(`${DATE}T21:23:1`)
})

test('chronyd writes the head of its columns when it starts: what it is off by then is no jump', () => {
  expect(found(...chronyd({ rows: 20, head: true }))).toEqual(['good'])
  expect(found(...chronyd({ rows: 20, head: false }))).toContain('stepped-by-someone-else')
  expect(found(...chronyd({ rows: 32, head: true }))).toContain('stepped-by-someone-else')
})

test('chronyd that starts after as many rows as have a head is known by what that row says of its root', () => {
  expect(found(...chronyd({ rows: 32, head: true, of: 'a start' }))).toEqual(['good'])
  expect(found(...chronyd({ rows: 20, head: false, of: 'a start' }))).toEqual(['good'])
})

test.each(['measurements', 'statistics'] as const)(
  'by %s, where it asks all quickly right after it',
  kind => {
    const row = kind === 'measurements' ? measured : estimated
    const start = (begin: number, after: readonly number[]) => [
      ...HEADS[kind],
      ...after.flatMap(each => row(begin + each, each < 64 ? 0.43 : 0, 3)),
      ...Array.from({ length: 20 }, (_, i) => row(begin + 400 + 64 * i, 0)).flat(),
    ]
    const before = Array.from({ length: 72 }, (_, i) => 1024 * i).flatMap(at => row(at, 0))
    const headed = before.flatMap((line, i) => (i % 32 === 0 ? [...HEADS[kind], line] : [line]))
    expect(found(...headed, ...start(75_000, [0, 2, 4, 64, 128]))).toEqual(['good'])
    expect(found(...headed, ...start(75_000, [0, 30, 60, 128]))).not.toEqual(['good'])
  },
)

test('and of tracking.log alone, by the first update after the row with which chronyd starts', () => {
  const head = [
    '='.repeat(131),
    '   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr. Root delay Root disp. Max. error',
    '='.repeat(131),
  ]
  const row = (at: number, source: string, offset: string) =>
    `${time(at)} ${source.padEnd(15)} ${source === '0.0.0.0' ? 0 : 2}     12.100      0.083 ${offset} ${source === '0.0.0.0' ? '?  0' : 'N  2'}  1.000e-03  0.000e+00  1.380e-02  3.000e-04  1.000e-02`
  const updates = (from: number, rows: number) =>
    Array.from({ length: rows }, (_, i) => row(from + 1024 * i, '192.0.2.1', ' 1.000e-05'))
  const started = (size: string) => [
    ...head,
    ...updates(0, 20),
    ...head,
    row(77_000, '0.0.0.0', ' 0.000e+00'),
    row(77_005, '192.0.2.1', size),
    ...updates(77_070, 9),
  ]
  const { findings } = explain(...started(' 2.250e+00'))
  expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual([
    'note wrong-at-start',
    'good good',
  ])
  expect(findings[0]!.measures.size).toBeCloseTo(-2.25)
  expect(found(...started(' 2.250e-02'))).toEqual(['good'])
})
