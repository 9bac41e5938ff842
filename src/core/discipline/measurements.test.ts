import { expect, test } from 'vitest'
import { KEEP, Measurements } from './measurements.ts'

const seen = (at: number) => ({ at, offset: at / 10, low: at - 1, high: at + 1, jitter: at / 100 })
const times = ({ at, first, end }: Measurements) => [...at.subarray(first, end)]
const NEVER = Number.NEGATIVE_INFINITY

test('keeps the newest, whole and in order, however many have come', () => {
  const kept = new Measurements()
  for (let at = 1; at <= 5 * KEEP; at++) {
    kept.add(seen(at), NEVER)
    expect(times(kept)).toEqual(
      Array.from({ length: Math.min(at, KEEP) }, (_, i) => Math.max(1, at - KEEP + 1) + i),
    )
    expect(kept.newest).toEqual(seen(at))
    const oldest = kept.at[kept.first]!
    expect(kept.offset[kept.first]).toBe(oldest / 10)
    expect(kept.low[kept.first]).toBe(oldest - 1)
    expect(kept.high[kept.first]).toBe(oldest + 1)
    expect(kept.jitter[kept.first]).toBe(oldest / 100)
  }
})

test('lets go of what is too old, but for two', () => {
  const kept = new Measurements()
  for (const at of [1, 2, 3, 4]) kept.add(seen(at), NEVER)
  kept.add(seen(5), 3)
  expect(times(kept)).toEqual([3, 4, 5])
  kept.add(seen(9), 9)
  expect(times(kept)).toEqual([5, 9])
})

test('begins anew', () => {
  const kept = new Measurements()
  for (const at of [1, 2, 3]) kept.add(seen(at), NEVER)
  kept.keepNewest(2)
  expect(times(kept)).toEqual([2, 3])
  kept.startWith(seen(7))
  expect(times(kept)).toEqual([7])
  kept.clear()
  expect(kept.length).toBe(0)
  expect(kept.newest).toBeUndefined()
})
