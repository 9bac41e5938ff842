import { describe, expect, test } from 'vitest'
import { Envelope } from '#analysis/log/statistics/envelope.ts'
import { curveOf, pointsOf } from './curves.ts'

const BASE = 20_000 * 86_400
const OPTIONS = { base: BASE, digits: 4, most: 2048 }

const rows = (points: readonly (readonly [at: number, value: number])[]) => ({
  at: Float64Array.from(points, ([at]) => at),
  offset: Float64Array.from(points, ([, value]) => value),
  rows: points.length,
})

function envelopeOf(points: readonly (readonly [number, number])[]): Envelope {
  const envelope = new Envelope()
  const { at, offset, rows: count } = rows(points)
  envelope.add(at, offset, count)
  return envelope
}

const every = (step: number, from: number, to: number, value: (at: number) => number) =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, i) => {
    const at = from + i * step
    return [at, value(at)] as const
  })

describe('a curve', () => {
  test('has each value within its range, at its time to a bucket', () => {
    const points = every(64, 0, 86_400, at => Math.sin(at / 5000) * 1e-3)
    const curve = curveOf('ntpd loopstats', envelopeOf(points), OPTIONS)!
    const { at, least, most } = pointsOf(curve)
    for (const [time, value] of points) {
      const i = at.findIndex(each => time - (each - BASE) < curve.width / 2)
      // Three digits of the range are kept.
      expect(least[i]! - 1e-5).toBeLessThanOrEqual(value)
      expect(most[i]! + 1e-5).toBeGreaterThanOrEqual(value)
    }
  })

  test('is broken where nothing was heard, and not where polls are slow', () => {
    const before = every(64, 0, 20_000, () => 1e-5)
    const after = every(64, 35_000, 60_000, () => 1e-5)
    const gaps = (points: readonly (readonly [number, number])[]) =>
      pointsOf(curveOf('x', envelopeOf(points), OPTIONS)!).least.filter(Number.isNaN).length
    expect(gaps([...before, ...after])).toBe(1)
    expect(gaps(every(1024, 0, 86_400, () => 1e-5))).toBe(0)
    // From 64 s to 1024 s, as ntpd does it.
    expect(gaps([...before, ...every(1024, 20_000, 400_000, () => 1e-5)])).toBe(0)
  })

  test('of a year has no more points than one of a day', () => {
    const curve = curveOf('x', envelopeOf(every(640, 0, 365 * 86_400, Math.sin)), OPTIONS)!
    expect(curve.low.length).toBeLessThanOrEqual(2048)
  })

  test('keeps the digits of a small offset beside a large one', () => {
    const points = [
      [0, 47.123456],
      [100, 1.23456e-6],
    ] as const
    const curve = curveOf('x', envelopeOf(points), OPTIONS)!
    expect(curve.low).toEqual([47.12, 1.235e-6])
  })

  test('is coarser when there is room for less, and hides no extreme', () => {
    const points = every(64, 0, 86_400, at => (at === 43_200 ? 7 : Math.sin(at / 5000) * 1e-3))
    const curve = curveOf('x', envelopeOf(points), { ...OPTIONS, most: 256 })!
    const { at, most } = pointsOf(curve)
    expect(at.length).toBeLessThanOrEqual(257)
    const highest = most.indexOf(Math.max(...most))
    expect(most[highest]).toBeCloseTo(7, 2)
    expect(Math.abs(at[highest]! - BASE - 43_200)).toBeLessThanOrEqual(curve.width / 2)
  })

  test('needs two points', () => {
    expect(curveOf('x', envelopeOf([[5, 1]]), OPTIONS)).toBeUndefined()
    expect(curveOf('x', new Envelope(), OPTIONS)).toBeUndefined()
  })
})
