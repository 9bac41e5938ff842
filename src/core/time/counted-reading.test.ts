import { expect, test } from 'vitest'
import { CountedReading, gainedSince, monotonicSince, originOf, wallSince } from './counted-reading.ts'
import { instant, monotonic } from './instant.ts'

const origin = { wall: instant(1_795_258_202_000_000_001n), monotonic: monotonic(7n) }
const counted = new CountedReading(origin, 1_500_000_000, -3)

test('is the reading that it counts to', () => {
  expect({ wall: counted.wall, monotonic: counted.monotonic }).toEqual({
    wall: instant(1_795_258_203_500_000_001n),
    monotonic: monotonic(4n),
  })
  expect(counted.toJSON()).toEqual({ wall: counted.wall, monotonic: counted.monotonic })
})

test('gives the same differences from its origin as from any other reading', () => {
  expect(originOf(counted)).toBe(origin)
  expect(wallSince(counted, origin)).toBe(1.5)
  expect(monotonicSince(counted, origin)).toBe(-3e-9)
  const elsewhere = { wall: instant(origin.wall - 500_000_000n), monotonic: origin.monotonic }
  expect(wallSince(counted, elsewhere)).toBe(2)
  expect(originOf(elsewhere)).toBe(elsewhere)
})

test('two that count from one origin differ by what they would without it', () => {
  const later = new CountedReading(origin, 1_500_000_000, 2_000_000_000)
  expect(monotonicSince(later, counted)).toBe(2.000000003)
  expect(monotonicSince(later, { ...counted.toJSON() })).toBe(2.000000003)
  expect(monotonicSince(later.toJSON(), counted)).toBe(2.000000003)
  const other = { wall: origin.wall, monotonic: monotonic(origin.monotonic - 5n) }
  expect(monotonicSince(later, new CountedReading(other, 0, 2))).toBe(2.000000003)
})

test('what the clock has gained on the counter is counted, or worked out from instants: the same', () => {
  expect(gainedSince(counted, origin)).toBe(1.500000003)
  expect(gainedSince(counted.toJSON(), origin)).toBe(1.500000003)
  const elsewhere = { wall: instant(origin.wall - 500_000_000n), monotonic: monotonic(6n) }
  expect(gainedSince(counted, elsewhere)).toBe(2.000000002)
})
