import { describe, expect, test } from 'vitest'
import { OffsetMeasures } from '../host-log.ts'
import { steadyPart } from './steady.ts'

const rows = (points: readonly (readonly [at: number, value: number])[]) => ({
  at: Float64Array.from(points, ([at]) => at),
  offset: Float64Array.from(points, ([, value]) => value),
  rows: points.length,
})

const every = (step: number, from: number, to: number, value: (at: number) => number) =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, i) => {
    const at = from + i * step
    return [at, value(at)] as const
  })

describe('the steady part', () => {
  const measuresOf = (points: readonly (readonly [number, number])[]) => {
    const measures = new OffsetMeasures()
    measures.add(rows(points))
    return measures
  }
  const noise = (at: number) => (at % 128 === 0 ? 1e-5 : -1e-5)

  test('begins after the convergence', () => {
    const points = every(64, 0, 86_400, at => (at < 7200 ? 0.1 : noise(at)))
    const { from, to } = steadyPart(measuresOf(points))!
    expect(from).toBeGreaterThanOrEqual(7100)
    expect(from).toBeLessThan(7400)
    expect(to).toBeGreaterThan(86_300)
  })

  test('is the longest stretch between two pauses', () => {
    const points = every(64, 0, 86_400, at => ([6400, 64_000].includes(at) ? 30 : noise(at)))
    const { from, to } = steadyPart(measuresOf(points))!
    expect(from).toBeLessThan(6600)
    expect(to).toBeGreaterThan(63_800)
    expect(to).toBeLessThan(64_100)
  })

  test('is not told apart when it is the whole run, or when there is none', () => {
    expect(steadyPart(measuresOf(every(64, 0, 86_400, noise)))).toBeUndefined()
    const swings = every(64, 0, 86_400, at => (at % 640 === 0 ? 1 : 1e-3))
    expect(steadyPart(measuresOf(swings))).toBeUndefined()
  })
})
