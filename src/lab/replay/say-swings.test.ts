import { expect, test } from 'vitest'
import type { Moment } from './moments.ts'
import { saySwings } from './say-swings.ts'

/** Offsets to and fro, each once in four minutes. */
const swinging = (from: number, count: number): Moment[] =>
  Array.from({ length: count }, (_, i) => {
    const at = from + i * 240
    return { at, offset: i % 2 === 0 ? 3 : -2, corrected: 0 } as Partial<Moment> as Moment
  })
const quiet = Array.from(
  { length: 4 },
  (_, i): Moment => ({ at: i * 1800, offset: 0.0001, corrected: 0 }) as Partial<Moment> as Moment,
)

test('a clock that swings by itself is said to; one that is being corrected after a pause is not', () => {
  const moments = [...quiet, ...swinging(7200, 10)]
  expect(saySwings(moments, { pauses: [], steps: [] })).toEqual([
    expect.stringContaining('once in 240 s, by up to 3.00 s'),
  ])
  expect(saySwings(moments, { pauses: [{ at: 7000, length: 12 }], steps: [] })).toEqual([])
  expect(saySwings(moments, { pauses: [{ at: 600, length: 12 }], steps: [] })).toHaveLength(1)
})
