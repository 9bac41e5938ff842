/** A machine that sleeps, and whose clock the hardware clock sets when it goes on: by the kernel's words, chronyd's, or measurements alone. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
const SERVERS = [1, 2, 3, 4]
const stamp = (at: number) => new Date(Date.UTC(2026, 11, 1) + at * 1e3).toISOString().slice(0, 19)
const said = (at: number, who: string, what: string) => `${stamp(at)}+0000 lap ${who}: ${what}`
const found = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)

describe('chronyd', () => {
  const measured = (at: number, offset: number) =>
    SERVERS.map(
      server =>
        `${stamp(at + server).replace('T', ' ')} 192.0.2.${server}     N  2 111 111 1111  10 10 0.00  ${(offset + 1e-4 * Math.sin(at)).toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`,
    )
  const polls = (from: number, to: number) =>
    Array.from({ length: Math.ceil((to - from) / 512) }, (_, i) => measured(from + 512 * i, 0)).flat()
  const begins = [
    said(0, 'chronyd[799]', 'chronyd version 4.3 starting (+CMDMON)'),
    said(5, 'chronyd[799]', 'Selected source 192.0.2.1'),
  ]
  const noticed = (at: number) => [
    said(at, 'chronyd[799]', "Can't synchronise: no selectable sources"),
    said(at, 'chronyd[799]', 'Forward time jump detected!'),
    said(at + 190, 'chronyd[799]', 'Selected source 192.0.2.4'),
  ]
  const kernel = (from: number, to: number) => [
    said(from, 'kernel', 'PM: suspend entry (deep)'),
    said(to, 'kernel', 'PM: suspend exit'),
  ]
  /** Two sleeps, of 50 minutes and of 14 hours; `left` as its hardware clock leaves it. */
  const log = (words: typeof kernel, left: readonly [number, number]) => [
    ...begins,
    ...polls(10, 4 * HOUR),
    ...words(4 * HOUR + 60, 4 * HOUR + 3060),
    ...noticed(4 * HOUR + 3600),
    ...measured(4 * HOUR + 3640, left[0]),
    ...polls(4 * HOUR + 3900, 8 * HOUR),
    ...words(8 * HOUR + 60, 22 * HOUR),
    ...noticed(22 * HOUR + 600),
    ...measured(22 * HOUR + 640, left[1]),
    ...polls(22 * HOUR + 1200, 30 * HOUR),
  ]

  test('the kernel says that it slept, and nobody else set its clock', () => {
    const { findings } = explain(...log(kernel, [-0.58, 0.7]))
    expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual([
      'note kernel-saw-a-pause',
      'good good',
    ])
    expect(findings[0]!.what).toContain('suspended 2 times, for 14.8 h in all')
    expect(findings[0]!.what).toContain('off by up to +700 ms')
  })

  test('the silence of a sleep is no wait between two polls, and no slew', () => {
    const names = found(...polls(10, 8 * HOUR), ...polls(8 * HOUR + 36_700, 30 * HOUR))
    expect(names).toEqual(['warning sources-lost'])
  })

  test('its statistics.log alone does not tell whether it slept, or somebody set the clock', () => {
    const estimates = (at: number, fast: number, points: number) =>
      SERVERS.map(
        server =>
          `${stamp(at + server).replace('T', ' ')} 192.0.2.${server}      2.351e-04 ${(fast + 1e-5 * server).toExponential(3).padStart(10)}  5.000e-05  1.000e-09  2.000e-08 1.0e-01  ${`${points}`.padStart(2)}   0   3  0.00`,
      )
    const hours = (from: number, to: number) =>
      Array.from({ length: Math.ceil((to - from) / 1024) }, (_, i) => estimates(from + 1024 * i, 0, 8)).flat()
    const set = (back: number) =>
      explain(...hours(0, 8 * HOUR), ...estimates(back, 0.289, 3), ...hours(back + 64, 36 * HOUR)).findings
    const [slept] = set(20 * HOUR)
    expect(slept).toMatchObject({ name: 'stepped-by-someone-else', severity: 'warning' })
    expect(slept!.what).toContain('the machine slept, or somebody set it')
    expect(set(8 * HOUR + 900)[0]).toMatchObject({ name: 'stepped-by-someone-else', severity: 'critical' })
  })

  describe('its tracking.log alone', () => {
    const row = (at: number, source: string, rest: string) =>
      `${stamp(at).replace('T', ' ')} ${source.padEnd(16)} ${rest}  1.2e-03  3.728e-04  1.266e-02  1.764e-03  9.828e-03`
    const update = (at: number, fast = 1e-5 * Math.sin(at)) =>
      row(at, '192.0.2.1', `2     13.495      0.156 ${fast.toExponential(3)} N  3`)
    const nobody = (at: number) => row(at, '0.0.0.0', '0     13.495      0.156  0.000e+00 ?  0')
    const updates = (from: number, to: number) =>
      Array.from({ length: Math.ceil((to - from) / 1024) }, (_, i) => update(from + 1024 * i))
    const last = 10 + 28 * 1024
    /** Its sources are forgotten at that time, and back after three minutes. */
    const log = (lost: number, fast: number) => [
      ...updates(10, last + 1),
      nobody(lost),
      update(lost + 190, fast),
      ...updates(lost + 260, lost + 8 * HOUR),
    ]

    test.each([
      ['hours later than it gives up who does not answer', last + 14 * HOUR],
      ['sooner than that', last + 1.25 * HOUR],
    ])('has a row that follows nobody %s', (_, lost) => {
      const { findings } = explain(...log(lost, 0.289))
      expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual(['note slept', 'good good'])
      expect(findings[0]!.measures).toEqual({ count: 1, time: lost - last, size: -0.289 })
    })

    test('has that row after eight polls: it ran, and heard nobody', () => {
      expect(found(...log(last + 8 * 1024, 1e-4))).not.toContain('note slept')
    })

    test('has it soon: it was no sleep that scattered its sources', () => {
      expect(found(...log(last + 1000, -0.7))).not.toContain('note slept')
    })

    test('was started without a network: what it corrects then was wrong before', () => {
      expect(found(nobody(0), update(4400, 2.56), ...updates(4470, 10 * HOUR))).toEqual(['good good'])
    })
  })

  test('without the words of the kernel it is what chronyd noticed after hours without a word', () => {
    expect(found(...log(() => [], [-0.58, 0.7]))).toEqual(['note slept', 'good good'])
    expect(found(...begins, ...noticed(4 * HOUR), ...noticed(20 * HOUR))).toEqual(['note slept', 'good good'])
  })

  test('by its measurements alone it may have slept, or been set, or lost the network', () => {
    const wakes = (silent: number, left: number) => [
      ...polls(10, 8 * HOUR),
      ...measured(8 * HOUR + silent, left),
      ...polls(8 * HOUR + silent + 300, 30 * HOUR),
    ]
    const [set] = explain(...wakes(2700, -0.42)).findings
    expect(set).toMatchObject({ name: 'stepped-by-someone-else', severity: 'warning' })
    expect(set!.what).toContain('the machine slept, or somebody set it')
    const [lost] = explain(...wakes(3 * HOUR, 0)).findings
    expect(lost!.name).toBe('sources-lost')
    expect(lost!.what).toMatch(/: the network was lost, or the machine slept or was off\.$/)
    // Who said something meanwhile would have said that, too.
    const [told] = explain(...begins, ...wakes(2700, -0.42)).findings
    expect(told!.what).not.toContain('slept')
  })

  test('by seconds somebody set the clock, whoever slept', () => {
    expect(found(...log(() => [], [-30, 0.7]))).toContain('critical stepped-by-someone-else')
    expect(found(...log(kernel, [-30, 0.7]))).toContain('critical stepped-by-someone-else')
  })

  test('who ran all the time, and noticed nothing, lost its sources', () => {
    const noticedNothing = log(() => [], [0, 0]).filter(line => !line.includes('time jump'))
    expect(found(...noticedNothing)).toContain('warning sources-lost')
  })
})

describe('ntpd', () => {
  const rows = (at: number, offset: number, dispersion = 0.015) =>
    SERVERS.map(
      server =>
        `${61_375 + Math.floor(at / 86_400)} ${((at % 86_400) + server / 10).toFixed(3)} 192.0.2.${server} 963a ${(offset + 1e-4 * Math.sin(at + server)).toFixed(9)} 0.020000000 ${dispersion.toFixed(9)} 0.000500000`,
    )
  const polls = (from: number, to: number) =>
    Array.from({ length: Math.ceil((to - from) / 1024) }, (_, i) => rows(from + 1024 * i, 0)).flat()
  const slept = (dispersion: number) => [
    ...polls(64, 8 * HOUR),
    // Heard again after 14 hours, and stepped half an hour later.
    ...rows(22 * HOUR, -0.75, dispersion),
    ...rows(22 * HOUR + 1024, -0.75),
    ...rows(22 * HOUR + 1800, 0, 7.9375),
    ...polls(22 * HOUR + 1900, 30 * HOUR),
    ...rows(30 * HOUR + 3000, 0.38),
    ...rows(30 * HOUR + 4800, 0, 7.9375),
    ...polls(30 * HOUR + 4900, 40 * HOUR),
  ]

  test('its filters have what they had hours ago: it slept, and so it did for less time', () => {
    expect(found(...slept(0.015))).toEqual(['note slept', 'good good'])
  })

  const NTP = 15_020
  /** The same as single exchanges. */
  const exchange = (at: number, offset: number) =>
    SERVERS.map(server => {
      const stamp = (61_375 - NTP) * 86_400 + at + server / 10
      const [sent, there, back] = [stamp - 0.02, stamp - 0.01 + offset, stamp].map(each => each.toFixed(9))
      const day = 61_375 + Math.floor(at / 86_400)
      return `${day} ${((at % 86_400) + server / 10).toFixed(3)} 192.0.2.${server} 192.0.2.9 ${sent} ${there} ${there} ${back} 0 4 4 2 10 -23 0.000100 0.000200 C0000201`
    })
  const exchanges = (from: number, to: number, offset: number) =>
    Array.from({ length: Math.ceil((to - from) / 1024) }, (_, i) => exchange(from + 1024 * i, offset)).flat()

  test('single exchanges beside them tell by what the clock was off, and take nothing away', () => {
    // The filters let an older sample through first.
    const filtered = [
      ...polls(64, 8 * HOUR),
      ...rows(22 * HOUR, 0.001),
      ...rows(22 * HOUR + 1024, -0.4),
      ...rows(22 * HOUR + 1800, 0, 7.9375),
      ...polls(22 * HOUR + 1900, 30 * HOUR),
    ]
    const single = [
      ...exchanges(64, 8 * HOUR, 0),
      ...exchanges(22 * HOUR, 22 * HOUR + 1100, -0.4),
      ...exchanges(22 * HOUR + 1900, 30 * HOUR, 0),
    ]
    const { findings } = explain(...filtered, ...single)
    expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual(['note slept', 'good good'])
    expect(findings[0]!.measures.size).toBeCloseTo(-0.4, 2)
  })

  test.each([
    [-0.42, 'stepped-by-someone-else', 'the machine slept, or somebody set it'],
    [0.28, 'vm-paused', 'the machine stood still, or slept, or somebody set the clock back'],
  ])('less than an hour, after which it is off by %s s, it may have slept, or not', (left, name, words) => {
    const wakes = (silent: number) => [
      ...exchanges(64, 8 * HOUR, 0),
      ...exchanges(8 * HOUR + silent, 8 * HOUR + silent + 1100, left),
      ...exchanges(8 * HOUR + silent + 1900, 24 * HOUR, 0),
    ]
    const [slept] = explain(...wakes(2500)).findings
    expect(slept).toMatchObject({ name, severity: 'warning' })
    expect(slept!.what).toContain(words)
    expect(explain(...wakes(500)).findings[0]!.what).not.toContain('slept')
  })

  test('filters that are empty: it ran, and heard nobody', () => {
    const names = found(...slept(7.9375))
    expect(names).toContain('warning sources-lost')
    expect(names).not.toContain('note slept')
  })

  test('a row of a source that is not reachable: it ran, and heard nobody', () => {
    const unreached = rows(22 * HOUR - 10, 0, 0.2).map(row => row.replace('963a', '863a'))
    const names = found(...polls(64, 8 * HOUR), ...unreached, ...polls(22 * HOUR, 30 * HOUR))
    expect(names).toContain('warning sources-lost')
    expect(names).not.toContain('note slept')
  })

  test('what it slews away for three hours afterwards is of that sleep', () => {
    const behind = Array.from({ length: 11 }, (_, i) => rows(22 * HOUR + 1024 * i, 0.06)).flat()
    expect(found(...polls(64, 8 * HOUR), ...behind, ...polls(22 * HOUR + 11 * 1024, 36 * HOUR))).toEqual([
      'note wrong-for-hours',
      'note slept',
      'good good',
    ])
  })

  test('days whose files are not there are no sleep', () => {
    const days = [...polls(64, 86_000), ...polls(2 * 86_400 + 30, 2 * 86_400 + 40_000)]
    expect(found(...days)).not.toContain('note slept')
  })
})
