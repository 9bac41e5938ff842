/** Sources that agree, and then do not: without a majority nobody knows how wrong the clock is. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
const DAY = 24 * HOUR

const stampOf = (at: number) =>
  new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')

interface Asked {
  readonly every: number
  readonly offset: (at: number) => number
}

const rowsOf = (sources: readonly Asked[], line: (at: number, server: number, offset: number) => string) =>
  sources
    .flatMap(({ every, offset }, i) =>
      Array.from({ length: Math.floor(DAY / every) }, (_, k) => ({
        at: 7 * i + k * every,
        server: i + 1,
        offset,
      })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ at, server, offset }) => line(at, server, offset(at) + 1e-4 * Math.sin(at + server)))

const measurements = (...sources: readonly Asked[]) =>
  rowsOf(
    sources,
    (at, server, offset) =>
      `${stampOf(at)} 192.0.2.${server}     N  2 111 111 1111  10 10 1.00  ${offset.toExponential(3)}  2.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`,
  )

/** statistics.log: it knows of no delays. */
const statistics = (...sources: readonly Asked[]) =>
  rowsOf(
    sources,
    (at, server, offset) =>
      `${stampOf(at)} 192.0.2.${server}     3.110e-05  ${offset.toExponential(3).padStart(10)}  3.504e-05  1.348e-09  1.255e-07 6.7e-02  16   0   8  0.00`,
  )

const right: Asked = { every: 512, offset: () => 0 }
const between = (from: number, to: number, size: number): Asked => ({
  every: 512,
  offset: at => (at > from && at < to ? size : 0),
})
const drifts: Asked = { every: 512, offset: at => 25e-6 * Math.min(20_000, Math.max(0, at - 8 * HOUR)) }

const WORD = "2027-03-01T09:01:00Z chronyd[800]: Can't synchronise: no majority"

const summary = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)

describe('half of the sources go away from the rest', () => {
  test.each([
    ['one of two, slowly, and for good', 'two-sources', [drifts, right]],
    ['two of four', 'no-majority', [drifts, drifts, right, right]],
    ['one of two, for six hours', 'two-sources', [between(9 * HOUR, 15 * HOUR, 0.5), right]],
    [
      'one of two that is asked again and again then',
      'two-sources',
      [
        { ...between(9 * HOUR, 15 * HOUR, 0.5), every: 64 },
        { ...right, every: 1024 },
      ],
    ],
  ] as const)('%s', (_, name, sources) => {
    const { findings } = explain(...measurements(...sources))
    expect(findings[0]).toMatchObject({ name, severity: 'critical' })
    expect(findings[0]!.measures.apart).toBeCloseTo(0.5, 2)
    expect(findings[0]!.what).toMatch(/from 2027-03-01T(08|09):.* nobody can tell/)
    // Which of them the clock was off from says nothing of the clock.
    expect(findings.map(each => each.name)).not.toContain('wrong-for-hours')
    expect(findings.map(each => each.name)).not.toContain('good')
  })

  test('and what chronyd says of it is shown', () => {
    const { findings } = explain(WORD, ...measurements(between(9 * HOUR, DAY, 0.5), right))
    expect(findings[0]!.evidence.map(({ text }) => text).join()).toContain("Can't synchronise: no majority")
    expect(findings[0]!.what).toContain('to the end of the log')
  })

  test('one of three is outvoted, and two that differ by what their ways explain agree', () => {
    expect(summary(...measurements(drifts, right, right)).join()).not.toContain('no-majority')
    expect(summary(...measurements(between(9 * HOUR, 15 * HOUR, 0.015), right))).toEqual([
      'note two-sources',
      'good good',
    ])
  })
})

test('three of four make a jump, and the fourth does not: there is a majority, before and afterwards', () => {
  const jumps = between(12 * HOUR, DAY, -1)
  expect(summary(...measurements(jumps, jumps, jumps, right)).join()).not.toContain('no-majority')
})

test('without delays what ways may do is no disagreement, and what they may not do is', () => {
  const off = (size: number): Asked => ({ every: 512, offset: () => size })
  expect(summary(...statistics(off(-0.008), off(0.008)))).toEqual(['note two-sources', 'good good'])
  expect(summary(...statistics(off(-0.012), off(0), off(0.012)))).toEqual(['good good'])
  expect(summary(...statistics(off(-0.08), off(0.08)))[0]).toBe('critical two-sources')
})

test('chronyd says for hours that it has no majority: it does not matter that its measurements are near', () => {
  const near = measurements(right, right, right)
  const again = (at: string) => `2027-03-01T${at}Z chronyd[800]: Selected source 192.0.2.1`
  const { findings } = explain(WORD, again('13:01:00'), ...near)
  expect(findings[0]).toMatchObject({
    name: 'no-majority',
    severity: 'critical',
    measures: { time: 4 * HOUR },
  })
  expect(summary(WORD, again('09:05:00'), ...near)).toEqual(['good good'])
})

test('one of three that drifts away is off by what it is off by then, and not on the average of the day', () => {
  const late: Asked = { every: 512, offset: at => 25e-6 * Math.min(20_000, Math.max(0, at - 11 * HOUR)) }
  const found = explain(...measurements(late, right, right)).findings.find(
    ({ name }) => name === 'falseticker',
  )!
  expect(found.measures.offset).toBeGreaterThan(0.3)
  expect(found.what).toMatch(/from 2027-03-01T1[12]:.* to the end of the log/)
})

test.each([4, 11])('one of four that jumps after %s hours was right until then', hour => {
  const jumped = between(hour * HOUR, DAY, 2)
  const found = explain(...measurements(jumped, right, right, right)).findings.find(
    ({ name }) => name === 'falseticker',
  )!
  expect(found.what).toMatch(
    new RegExp(`from 2027-03-01T${String(hour).padStart(2, '0')}:.* to the end of the log`),
  )
})

describe('one of four that is off for an hour, and asked most often then', () => {
  const off = { ...between(9 * HOUR, 10.2 * HOUR, 4), every: 64 }
  const seldom: Asked = { every: 1024, offset: () => 0 }

  test('is named, and the clock was not off', () => {
    const { findings, log } = explain(...measurements(off, seldom, seldom, seldom))
    const names = findings.map(({ name }) => name)
    expect(names[0]).toBe('falseticker')
    expect(findings[0]!.what).toMatch(
      /^192\.0\.2\.1 was off by \+4\.00 s from 2027-03-01T09:.* to 2027-03-01T10:/,
    )
    expect(names).not.toContain('offset-large-now')
    expect(names).not.toContain('wrong-for-hours')
    expect(log.bestSamples('chrony')!.offset.whole.most).toBeLessThan(1e-3)
  })

  test('alone it would have been', () => {
    expect(summary(...measurements(off))).toContain('critical vm-paused')
  })

  test('and the clock was, if they found it so, too', () => {
    const all = { ...seldom, offset: off.offset }
    const { log } = explain(...measurements(off, all, all, all))
    expect(log.bestSamples('chrony')!.offset.whole.most).toBeCloseTo(4, 2)
  })
})

test('one that is off from the start is off all the time', () => {
  const off: Asked = { every: 512, offset: () => 2 }
  const { findings } = explain(...measurements(off, right, right, right))
  expect(findings.find(({ name }) => name === 'falseticker')!.what).toContain('(median)')
})

test('tracking.log alone tells that no source was followed, and not that none was heard', () => {
  const row = (at: number, source: string, stratum: number, leap: string) =>
    `${stampOf(at)} ${source.padEnd(15)} ${String(stratum).padStart(2)}     13.968      0.060  1.000e-05 ${leap}  1  2.000e-06  6.312e-05  1.739e-02  1.280e-03  1.004e-02`
  const { findings } = explain(
    ...Array.from({ length: 80 }, (_, i) => row(512 * i, '192.0.2.1', 2, 'N')),
    row(512 * 80, '0.0.0.0', 0, '?'),
    ...Array.from({ length: 50 }, (_, i) => row(512 * (110 + i), '192.0.2.1', 2, 'N')),
  )
  const lost = findings.find(({ name }) => name === 'sources-lost')!
  expect(lost.what).toContain('followed none of its sources for 4.')
  expect(lost.causes.map(({ what }) => what).join()).toContain('contradicted each other')
})

test('two that disagree all day, while the clock runs away from both: how far at least is told', () => {
  const away = (apart: number, rate: number): Asked => ({ every: 512, offset: at => apart - rate * at })
  const { findings } = explain(...measurements(away(0, 13e-6), away(0.07, 13e-6)))
  expect(findings[0]).toMatchObject({ name: 'two-sources', severity: 'critical' })
  expect(findings[0]!.what).toMatch(
    /wrong one\. At the end the clock was (?:9\d\d ms|1\.0\d s) or more ahead by either of them\.$/,
  )
  expect(findings[0]!.measures.offsetAtEnd).toBeCloseTo(0.07 - 13e-6 * 23 * HOUR, 1)
  // One of them may be right.
  const still = explain(...measurements(away(0, 0), away(0.07, 0))).findings[0]!
  expect(still.what).toMatch(/wrong one\.$/)
  expect(still.measures.offsetAtEnd).toBeUndefined()
})
