/** Programs that set the clock once and end, started again and again; and those that only ask. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const START = Date.UTC(2027, 2, 5)
const HOUR = 3600
const stamp = (at: number) => new Date(START + at * 1e3).toISOString().slice(0, 19)
/** As ntpdate and ntpd stamp their own lines. */
const own = (at: number) => `${stamp(at).slice(8, 10)} Mar ${stamp(at).slice(11)}`
/** Of the network, the same in each test. */
const noise = (nth: number) => ((nth * 7919) % 13) * 1e-5 - 6e-5

const ntpdate = (at: number, offset: number) =>
  `${own(at)} ntpdate[77]: ${Math.abs(offset) < 0.5 ? 'adjust' : 'step'} time server 192.0.2.1 offset ${offset.toFixed(6)} sec`
const chronyd = (at: number, offset: number, what: string) => [
  `${stamp(at)}Z chronyd version 4.3 starting (+CMDMON +NTP)`,
  `${stamp(at + 6)}Z System clock wrong by ${offset.toFixed(6)} seconds (${what})`,
  `${stamp(at + 6)}Z chronyd exiting`,
]
const runs = (count: number, every: number, of: (at: number, nth: number) => string | readonly string[]) =>
  Array.from({ length: count }, (_, nth) => of(nth * every, nth)).flat()
const named = (lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)

describe('what is set by each run', () => {
  test('of a clock that drifts as any does: nobody keeps it, and it is said by how much it drifts', () => {
    for (const lines of [
      runs(24, HOUR, (at, nth) => ntpdate(at, 30e-6 * HOUR + noise(nth))),
      runs(24, HOUR, (at, nth) => chronyd(at, 30e-6 * HOUR + noise(nth), 'step')),
    ]) {
      const { findings } = explain(...lines)
      expect(findings.map(({ name, severity }) => [name, severity])).toEqual([['no-daemon', 'warning']])
      expect(findings[0]!.measures.frequencyError).toBeCloseTo(-30e-6, 6)
      expect(findings[0]!.measures.every).toBeCloseTo(HOUR, 0)
    }
  })

  test('of a clock that no crystal is: its rate, though each run found it less than a step off', () => {
    const { findings } = explain(...runs(144, 600, (at, nth) => ntpdate(at, 555e-6 * 600 + noise(nth))))
    expect(findings.map(({ name }) => name)).toEqual(['frequency-far-off'])
    expect(findings[0]!.measures.frequencyError).toBeCloseTo(-555e-6, 5)
    // With -q it would end with the same lines.
    expect(findings[0]!.causes.map(({ what }) => what)).toContainEqual(expect.stringContaining('-q'))
  })

  test('of a clock that stood still once: that, and no rate', () => {
    const lines = runs(24, HOUR, (at, nth) => ntpdate(at, nth === 12 ? 40 : noise(nth)))
    const { findings } = explain(...lines)
    expect(findings.map(({ name }) => name)).toEqual(['vm-paused'])
    expect(findings[0]!.what).toContain('A run of ntpdate found the clock behind by 40')
    expect(findings[0]!.from).toBe(12 * HOUR)
  })

  test('of a clock that drifts as evenly as any, and stood still once for some seconds: both', () => {
    const daily = (lost: (nth: number) => number) =>
      runs(14, 24 * HOUR, (at, nth) => ntpdate(at, 1.1 + 100 * noise(nth) + lost(nth)))
    const { findings } = explain(...daily(nth => (nth === 5 ? 7.3 : 0)))
    expect(findings.map(({ name }) => name)).toEqual(['vm-paused', 'no-daemon'])
    expect(findings[0]!.measures.size).toBeCloseTo(8.4, 2)
    // A run that failed left the next one twice as much to do.
    expect(named(daily(() => 0).filter((_, nth) => nth !== 7))).toEqual(['warning no-daemon'])
    expect(
      named(
        daily(() => 0).flatMap((line, nth) =>
          nth === 7 ? [] : nth === 8 ? [ntpdate(8 * 24 * HOUR, 2.2)] : [line],
        ),
      ),
    ).toEqual(['warning no-daemon'])
  })

  test('of a quiet clock: it is good', () => {
    expect(named(runs(24, HOUR, (at, nth) => ntpdate(at, noise(nth))))).toEqual(['good good'])
    expect(named(runs(24, HOUR, (at, nth) => chronyd(at, noise(nth), 'step')))).toEqual(['good good'])
  })
})

describe('what only asks sets nothing', () => {
  const drifting = (at: number, nth: number) => 0.02 + 30e-6 * at + noise(nth)
  const answers = (at: number, offset: number) => [
    'server 192.0.2.9, stratum 0, offset 0.000000, delay 0.00000',
    `server 192.0.2.1, stratum 2, offset ${offset.toFixed(6)}, delay 0.02563`,
    ntpdate(at, offset),
  ]
  const asked = (at: number, offset: number) => [
    `${stamp(at)}Z Disabled control of system clock`,
    `${stamp(at + 6)}Z System clock wrong by ${offset.toFixed(6)} seconds (ignored)`,
  ]
  const sntp = (at: number, offset: number) =>
    `${stamp(at).replace('T', ' ')}.123456 (+0000) ${offset < 0 ? '' : '+'}${offset.toFixed(6)} +/- 0.012345 a.example 192.0.2.1 s2 no-leap`

  test.each([
    ['ntpdate -q', answers],
    ['chronyd -Q', asked],
    ['sntp', sntp],
  ])('%s: a clock that runs away, and one that is quiet', (_, print) => {
    const { findings } = explain(...runs(48, HOUR, (at, nth) => print(at, drifting(at, nth))))
    // One server alone is asked here, which is a note.
    expect(findings.filter(({ severity }) => severity !== 'note').map(({ name }) => name)).toEqual([
      'never-corrected',
    ])
    expect(findings[0]!.measures.frequencyError).toBeCloseTo(-30e-6, 6)
    expect(
      named(runs(48, HOUR, (at, nth) => print(at, noise(nth)))).filter(each => !/^note /.test(each)),
    ).toEqual(['good good'])
  })

  test('where only the last lines of ntpdate -q were kept, what they find grows', () => {
    const { findings } = explain(...runs(24, HOUR, (at, nth) => ntpdate(at, drifting(at, nth))))
    expect(findings.map(({ name }) => name)).toEqual(['never-corrected'])
    expect(findings[0]!.what).toContain('further off than the one before')
  })

  test('lines of servers without the one that says when: how it was at one moment', () => {
    const { findings } = explain(...answers(0, 12.5).slice(0, 2), ...answers(0, 12.5).slice(0, 2))
    expect(findings.map(({ name }) => name)).toEqual(['offset-large-now'])
  })
})

test('initstepslew of chronyd speaks of its start', () => {
  const { findings } = explain(
    '2027-03-05T00:00:01Z chronyd version 1.31 starting',
    "2027-03-05T00:00:09Z System's initial offset : 3.500000 seconds fast of true (step)",
    '2027-03-05T00:00:20Z Selected source 192.0.2.1',
  )
  const found = findings.find(({ name }) => name === 'wrong-at-start')
  expect(found!.what).toContain('3.50 s ahead')
})
