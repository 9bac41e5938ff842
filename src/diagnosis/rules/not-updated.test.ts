/** What chronyd sums up, in tracking.log and statistics.log, does not say whether anybody answered. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const START = Date.UTC(2027, 2, 5)
const stamp = (at: number) => new Date(START + at * 1e3).toISOString().slice(0, 19)
const at = (time: number) => stamp(time).replace('T', ' ')
const update = (time: number, source = '192.0.2.1') =>
  `${at(time)} ${source.padEnd(16)} 2    -17.107      0.464 -1.000e-04 N  3  3.081e-03 -1.016e-09  1.987e-02  2.502e-03  2.151e-02`
const nobody = (time: number) =>
  `${at(time)} 0.0.0.0          0    -17.107      0.464  0.000e+00 ?  0  0.000e+00 -1.016e-09  1.987e-02  2.502e-03  1.500e+00`
const estimate = (time: number, source: string) =>
  `${at(time)} ${source.padEnd(15)}  4.404e-04  3.500e-05  1.204e-04 -1.200e-08  5.300e-08 3.4e-01  22   0  11  0.05`
const chronyd = (time: number, text: string) => `${stamp(time)}Z chronyd[611]: ${text}`

/** Every 1024 s but between these. */
const polls = (line: (time: number) => string, from: number, to: number) =>
  Array.from({ length: 84 }, (_, nth) => nth * 1024)
    .filter(time => time < from || time > to)
    .map(line)
const lost = (...lines: readonly string[]) => {
  const { findings } = explain(...lines)
  const found = findings.filter(({ name }) => name === 'sources-lost')
  return found.map(({ severity, what }) => [severity, what.slice(0, what.indexOf(' for '))])
}
const NOT_UPDATED = ['note', 'chronyd did not update the clock']
const UNHEARD = ['warning', 'No source was heard']
/** Whether they answered no row of tracking.log tells. */
const UNFOLLOWED = ['warning', 'chronyd followed none of its sources']

describe('no update for hours, by tracking.log', () => {
  const updates = polls(time => update(time), 8 * HOUR, 13 * HOUR)

  test('is no outage: others may have answered, and the clock may be good', () => {
    expect(lost(...updates)).toEqual([NOT_UPDATED])
    expect(explain(...updates).findings.map(({ name }) => name)).toContain('good')
  })

  test('is none either where chronyd speaks, and not of that', () => {
    const found = explain(chronyd(0, 'Selected source 192.0.2.1'), ...updates).findings
    expect(found.map(({ severity, name }) => [severity, name])).toContainEqual(['note', 'sources-lost'])
  })

  test('is an outage where chronyd says that it has nobody to follow', () => {
    const alone = chronyd(9 * HOUR, "Can't synchronise: no selectable sources")
    const again = chronyd(13 * HOUR, 'Selected source 192.0.2.1')
    expect(lost(chronyd(0, 'Selected source 192.0.2.1'), ...updates, alone, again)).toEqual([UNHEARD])
  })

  test('is a time without a source to follow where a row says so', () => {
    const before = updates.filter(line => line < at(8 * HOUR))
    const after = updates.slice(before.length)
    expect(lost(...before, nobody(9 * HOUR), ...after)).toEqual([UNFOLLOWED])
  })

  describe('a last row that follows nobody', () => {
    const told = (...lines: readonly string[]) =>
      explain(...lines).findings.map(({ severity, name }) => `${severity} ${name}`)
    const before = updates.filter(line => line < at(8 * HOUR))

    test('is where it had nobody to follow, and its log ends', () => {
      expect(told(...before, nobody(9 * HOUR))).toEqual(['warning not-synchronised'])
    })

    test('is a start where it has a head of its own', () => {
      const rule = '='.repeat(120)
      const head = '   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd'
      expect(told(...before, rule, head, rule, nobody(9 * HOUR))).toEqual(['good good'])
    })
  })

  test('for more than a day it is a warning', () => {
    const days = [
      ...polls(time => update(time), DAY, DAY),
      ...polls(time => update(time + 3 * DAY), DAY, DAY),
    ]
    expect(lost(...days)).toEqual([['warning', NOT_UPDATED[1]]])
  })
})

test('of two gaps in tracking.log the one that chronyd tells of is the outage, however much longer the other is', () => {
  const updates = polls(time => update(time), 8 * HOUR, 13 * HOUR)
  const after = polls(time => update(time + DAY), 8 * HOUR, 10.5 * HOUR)
  const said = [
    chronyd(0, 'Selected source 192.0.2.1'),
    chronyd(DAY + 8.3 * HOUR, "Can't synchronise: no selectable sources"),
    chronyd(DAY + 10.6 * HOUR, 'Selected source 192.0.2.1'),
  ]
  const found = explain(...updates, ...after, ...said).findings
  expect(found.map(({ severity, name }) => [severity, name])).toEqual([
    ['warning', 'sources-lost'],
    ['note', 'sources-lost'],
  ])
  expect(found[0]!.measures.time).toBe(2.3 * HOUR)
})

describe('no line in statistics.log for hours', () => {
  const SOURCES = ['192.0.2.1', '192.0.2.2', '192.0.2.3']
  const estimates = (silent: readonly string[]) =>
    SOURCES.flatMap(source =>
      polls(time => estimate(time, source), 8 * HOUR, silent.includes(source) ? 13 * HOUR : 0),
    ).sort()

  test('of any source: none was used', () => {
    expect(lost(...estimates(SOURCES))).toEqual([['warning', 'chronyd used no measurement of any source']])
  })

  test('of one: it may have answered', () => {
    const { findings } = explain(...estimates(['192.0.2.2']))
    const { what, causes } = findings.find(({ name }) => name === 'source-silent')!
    expect(what).toMatch(/^chronyd used no measurement of 192\.0\.2\.2 for 5\./)
    expect(causes[0]!.what).toContain('longer')
  })
})
