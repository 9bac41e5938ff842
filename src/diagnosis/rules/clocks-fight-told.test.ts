/** Two programs that set one clock, as messages alone tell it: those of both, or those of the one that undoes what a job does. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const at = (seconds: number) =>
  new Date(Date.UTC(2027, 2, 1) + Math.round(seconds) * 1e3).toISOString().slice(0, 19)
const HOUR = 3600

describe('something sets the clock forward, and chronyd steps it back', () => {
  /** Powers of a generator modulo a prime: no rhythm. */
  const chances = (() => {
    let random = 7
    return Array.from({ length: 40 }, () => {
      random = (random * 16_807) % 2_147_483_647
      return random / 2_147_483_647
    })
  })()
  const told = (moment: (nth: number) => number, way = -1) =>
    explain(
      `${at(0)} vm chronyd[799]: Selected source 192.0.2.1`,
      ...chances.map((chance, nth) => {
        const size = way * (0.5 + 0.35 * chances[39 - nth]!)
        return `${at(moment(nth) + 400 * chance)} vm chronyd[799]: System clock was stepped by ${size.toFixed(6)} seconds`
      }),
    ).findings

  test('at half past each hour: two programs fight', () => {
    const [fight, ...others] = told(nth => (nth + 1) * HOUR + 1850)
    expect(fight!.name).toBe('clocks-fight')
    expect(fight!.measures).toMatchObject({ every: HOUR, count: 40 })
    // The largest is nearest to what it was set by.
    expect(fight!.measures.most).toBeLessThan(-0.8)
    expect(others.map(({ name }) => name)).toEqual(['stepped-back'])
  })

  test('at any time, however often: that is no job', () => {
    const names = told(nth => (nth + 1) * (HOUR + 417)).map(({ name, what }) => [
      name,
      /round times/.test(what),
    ])
    expect(names).not.toContainEqual(['clocks-fight', true])
  })

  test('a machine that stands still at each half past is paused', () => {
    expect(told(nth => (nth + 1) * HOUR + 1850, 1).map(({ name }) => name)).not.toContain('clocks-fight')
  })
})

describe('two programs write into one log what they set', () => {
  const hours = Array.from({ length: 12 }, (_, nth) => nth * HOUR)
  const wrong = (nth: number) => 1.2 + 0.001 * nth
  const ntpdate = (sign: number) => (from: number, nth: number) =>
    `${at(from + 6)} app ntpdate[${2000 + nth}]: step time server 203.0.113.9 offset ${(sign * wrong(nth)).toFixed(6)} sec`

  test('ntpdate by cron, and chronyd: both are named, and there is no rate', () => {
    const { findings } = explain(
      ...hours.flatMap((from, nth) => [
        ntpdate(-1)(from, nth),
        `${at(from + 612)} app chronyd[901]: System clock wrong by ${wrong(nth).toFixed(6)} seconds`,
        `${at(from + 613)} app chronyd[901]: System clock was stepped by ${wrong(nth).toFixed(6)} seconds`,
      ]),
    )
    expect(findings.map(({ name }) => name)).toEqual(['clocks-fight', 'stepped-back'])
    const [{ what, measures, evidence }] = findings as [(typeof findings)[0]]
    expect(what).toContain('ntpdate and chronyd')
    expect(measures).toMatchObject({ count: 12, every: HOUR })
    expect(measures.size).toBeCloseTo(-1.206, 3)
    expect(evidence[0]!.text).toContain('203.0.113.9')
  })

  test('two daemons: told once', () => {
    const { findings } = explain(
      ...hours.flatMap((from, nth) => [
        `${at(from + 6)} app ntpd[77]: time reset -${wrong(nth).toFixed(6)} s`,
        `${at(from + 1613)} app chronyd[901]: System clock was stepped by ${wrong(nth).toFixed(6)} seconds`,
      ]),
    )
    const names = findings.map(({ name }) => name)
    expect(names.filter(name => name === 'clocks-fight')).toHaveLength(1)
    expect(names).not.toContain('frequency-far-off')
    expect(names).not.toContain('vm-paused')
    expect(names).not.toContain('stepped-by-someone-else')
  })

  test('that both set it to one side is a clock that nobody keeps well', () => {
    const { findings } = explain(
      ...hours.flatMap((from, nth) => [
        ntpdate(1)(from, nth),
        `${at(from + 1613)} app chronyd[901]: System clock was stepped by ${wrong(nth).toFixed(6)} seconds`,
      ]),
    )
    expect(findings.map(({ name }) => name)).not.toContain('clocks-fight')
  })
})
