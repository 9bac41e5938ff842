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

test('white noise averages away: the time deviation falls as the root of the time', () => {
  let state = 1
  const noise = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 2 ** 31 - 0.5
  }
  const { points } = wanderOf(windowsOf(Array.from({ length: 1024 }, noise), 1))!
  const [first, , third] = points
  expect(first!.timeDeviation / third!.timeDeviation).toBeGreaterThan(1.5)
  expect(first!.timeDeviation / third!.timeDeviation).toBeLessThan(2.7)
})

test('with too little there is nothing to say', () => {
  expect(wanderOf(windowsOf([1, 2, 3], 1))).toBeUndefined()
  expect(wanderOf(new Windows())).toBeUndefined()
})
