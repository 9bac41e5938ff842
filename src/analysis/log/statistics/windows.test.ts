import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wanderOf } from './wander.ts'
import { Windows } from './windows.ts'

function windowsOf(values: readonly number[], step: number): Windows {
  const windows = new Windows()
  const at = Float64Array.from(values, (_, i) => i * step)
  windows.add(at, Float64Array.from(values), values.length)
  return windows
}

test('whatever is joined, no value is lost, and the parts make up the whole', () => {
  const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 64 }),
      (all, step, most) => {
        const parts = windowsOf(all, step).all(most)
        expect(parts.length).toBeLessThanOrEqual(most)
        expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(all.length)
        const sum = parts.reduce((total, { count, mean }) => total + count * mean, 0)
        expect(sum).toBeCloseTo(
          all.reduce((a, b) => a + b, 0),
          6,
        )
        expect(Math.max(...parts.map(part => part.most))).toBe(Math.max(...all))
      },
    ),
  )
})

test('a part of a series has the statistics of its values', () => {
  const part = windowsOf(
    Array.from({ length: 1000 }, (_, i) => (i < 200 ? 5 : i % 2 === 0 ? 1 : 3)),
    1,
  ).between(200, 1000)!
  expect(part).toMatchObject({ count: 800, mean: 2, deviation: 1, least: 1, most: 3 })
  expect(part.rms).toBeCloseTo(Math.sqrt(5), 12)
})

test('a steady drift has no Allan deviation, and an MTIE that grows with the time', () => {
  const wander = wanderOf(
    windowsOf(
      Array.from({ length: 2000 }, (_, i) => 1e-6 * i),
      16,
    ),
  )!
  for (const { time, allan, mtie } of wander.points) {
    expect(allan).toBeLessThan(1e-12)
    expect(mtie).toBeCloseTo((1e-6 * time) / 16, 9)
  }
  expect(wander.points.length).toBeGreaterThan(5)
})

/** Reproducible, between -0.5 and 0.5. */
function noiseOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 2 ** 31 - 0.5
  }
}

test('white noise averages away: the time deviation falls as the root of the time', () => {
  const { points } = wanderOf(windowsOf(Array.from({ length: 1024 }, noiseOf(1)), 1))!
  const [first, , third] = points
  expect(first!.timeDeviation / third!.timeDeviation).toBeGreaterThan(1.5)
  expect(first!.timeDeviation / third!.timeDeviation).toBeLessThan(2.7)
})

test('over many runs a deviation scatters by about the uncertainty that is said', () => {
  const runs = Array.from(
    { length: 60 },
    (_, seed) => wanderOf(windowsOf(Array.from({ length: 1024 }, noiseOf(seed * 7919 + 1)), 1))!.points,
  )
  for (const i of [3, 5, 7]) {
    const values = runs.map(points => points[i]!.timeDeviation)
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const off = Math.sqrt(values.reduce((sum, value) => sum + (value / mean - 1) ** 2, 0) / values.length)
    // It is a rough one: to a factor of two.
    expect(off / runs[0]![i]!.uncertainty).toBeGreaterThan(0.5)
    expect(off / runs[0]![i]!.uncertainty).toBeLessThan(2)
  }
})

test('with too little there is nothing to say', () => {
  expect(wanderOf(windowsOf([1, 2, 3], 1))).toBeUndefined()
  expect(wanderOf(new Windows())).toBeUndefined()
})
