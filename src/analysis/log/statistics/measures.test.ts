import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LongWays, paceOf } from '../corrections/long-way.ts'
import { Saturation } from '../rate/saturation.ts'
import { refinePeriod } from '../swings/period.ts'
import { Swings } from '../swings/swings.ts'
import { Convergence } from './convergence.ts'
import { Envelope } from './envelope.ts'
import { Largest } from './largest.ts'
import { Moments } from './moments.ts'
import { Quantiles } from './quantiles.ts'
import { Thinned } from './thinned.ts'
import { worstOf } from './worst.ts'

const column = (values: readonly number[]) => Float64Array.from(values)
const some = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 })

describe('moments', () => {
  test('leave out what is not known', () => {
    const moments = new Moments()
    moments.add(column([3, Number.NaN, -4]), 3)
    expect(moments).toMatchObject({ count: 2, mean: -0.5, least: -4, most: 3 })
    expect(moments.rms).toBeCloseTo(Math.sqrt(12.5), 12)
  })
})

describe('quantiles', () => {
  test('are right to 1 % whatever the size', () => {
    fc.assert(
      fc.property(some, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
        const quantiles = new Quantiles()
        quantiles.add(column(values), values.length)
        const sizes = values.map(Math.abs).sort((a, b) => a - b)
        const exact = sizes[Math.max(0, Math.ceil(share * sizes.length) - 1)]!
        expect(Math.abs(quantiles.at(share) - exact)).toBeLessThanOrEqual(0.01 * exact + 1e-37)
      }),
    )
  })
})

describe('an envelope', () => {
  test('holds every value between the limits of its bucket, however long the series', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.integer()), {
          minLength: 1,
          maxLength: 400,
        }),
        steps => {
          let time = 0
          const at = column(steps.map(([step]) => (time += step)))
          const values = column(steps.map(([, value]) => value))
          const envelope = new Envelope()
          for (let row = 0; row < at.length; row++) envelope.add(at.subarray(row), values.subarray(row), 1)
          const buckets = envelope.buckets()
          expect(buckets.length).toBeLessThanOrEqual(2048)
          for (const [row, value] of values.entries())
            expect(
              buckets.some(
                b => b.from <= at[row]! + 1e-6 && b.to >= at[row]! - 1e-6 && b.min <= value && b.max >= value,
              ),
            ).toBe(true)
          expect(buckets[0]!.first).toBe(values[0])
          expect(buckets.at(-1)!.last).toBe(values.at(-1))
        },
      ),
      { numRuns: 30 },
    )
  })
})

test('of a clock that was set back by 950 s the stamps after that count, and lines in disorder all', () => {
  const ahead = Array.from({ length: 20 }, (_, i) => [1000 + 200 * i, -950] as const)
  const right = Array.from({ length: 20 }, (_, i) => [4000 + 200 * i, 0] as const)
  const drawn = (...rows: readonly (readonly [number, number])[]) => {
    const envelope = new Envelope()
    envelope.add(column(rows.map(([at]) => at)), column(rows.map(([, offset]) => offset)), rows.length)
    return envelope.buckets()
  }
  const set = drawn(...ahead, ...right)
  expect(set.every(({ min, max }) => min === max)).toBe(true)
  expect(set.filter(({ from }) => from > 3990).every(({ max }) => max === 0)).toBe(true)
  expect(set.filter(({ min }) => min === -950)).toHaveLength(15)
  const late = right.map(([at]) => [at + 100, 1e-3] as const)
  expect(drawn(...right, ...late)).toHaveLength(40)
})

test('the largest are kept, in order, and no more than twice as many as asked for', () => {
  const largest = new Largest<number>(10, Math.abs)
  for (let i = 0; i < 1000; i++) largest.offer((i * 7919) % 1000)
  expect(largest.offered).toBe(1000)
  expect(largest.all.length).toBeLessThan(20)
  for (const size of [999, 998, 997, 996, 995, 994, 993, 992, 991, 990]) expect(largest.all).toContain(size)
})

test('all of one size: the first are kept', () => {
  const largest = new Largest<{ i: number }>(10, () => 1)
  for (let i = 0; i < 1000; i++) largest.offer({ i })
  expect(largest.all.length).toBeGreaterThanOrEqual(10)
  expect(largest.all[0]).toEqual({ i: 0 })
})

test('a median of thinned values is near that of all', () => {
  const thinned = new Thinned()
  for (let i = 0; i < 100_000; i += 1 + thinned.keep(i % 1000, i, i, 1e-3, 1));
  expect(thinned.median).toBeGreaterThan(400)
  expect(thinned.median).toBeLessThan(600)
})

test('two series of a clock that runs away are compared at the same moments', () => {
  const [often, late] = [new Thinned(), new Thinned()]
  // A millisecond in each second; the other one says 5 ms more, and was asked more often towards the end.
  for (let at = 0; at < 500; at++) often.keep(at * 1e-3, at, 2 * at, 1e-3, 1)
  for (let at = 250.5; at < 499; at += 2) late.keep(at * 1e-3 + 5e-3, at, 2 * Math.floor(at) + 1, 1e-3, 2)
  expect(late.median - often.median).toBeGreaterThan(0.1)
  expect(late.above(often).median).toBeCloseTo(5e-3, 9)
  expect(often.above(late).median).toBeCloseTo(-5e-3, 9)
})

test('convergence: the first time is not the lasting one', () => {
  const convergence = new Convergence(1e-3)
  convergence.add(column([10, 20, 30, 40]), column([5e-3, 1e-4, 2e-3, 1e-4]), 4, 5e-3)
  expect(convergence).toMatchObject({ first: 10, lasting: 30 })
})

test('swings of a sine, and its period from them', () => {
  const at = column(Array.from({ length: 300 }, (_, i) => i * 1000))
  const offset = column(Array.from(at, time => 0.2 * Math.sin((2 * Math.PI * time) / 7000)))
  const swings = new Swings()
  swings.add({ at, offset, rows: 300 }, 0.2)
  expect(swings.all.length).toBeGreaterThan(80)
  expect(Math.sign(swings.all[0]!.peak)).toBe(-Math.sign(swings.all[1]!.peak))
  const envelope = new Envelope()
  envelope.add(at, offset, 300)
  const { period, explained } = refinePeriod(envelope.buckets(), 6300)
  expect(period).toBeCloseTo(7000, -2)
  expect(explained).toBeGreaterThan(0.9)
})

test('a long way: 10 s at 500 ppm, and not what a step cut short', () => {
  const at = column(Array.from({ length: 200 }, (_, i) => i * 100))
  const ways = new LongWays()
  ways.add(at, column(Array.from(at, time => 10 - 5e-4 * time)), 200, 10)
  expect(ways.all).toHaveLength(1)
  expect(paceOf(ways.all[0]!)).toBeCloseTo(5e-4, 6)
  const stepped = new LongWays()
  stepped.add(column([0, 100, 200]), column([10, 10, 0.2]), 3, 10)
  expect(stepped.all.map(({ rows }) => rows)).toEqual([2, 1])
})

test('blocks of small values are passed over without a difference', () => {
  const size = fc.constantFrom(0, 1e-5, 9e-5, 5e-4, 1.5e-3, 5e-3, 0.2, 3, Number.NaN)
  const offsets = fc.array(fc.tuple(size, fc.boolean()), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(offsets, fc.integer({ min: 1, max: 20 }), (signed, length) => {
      const values = column(signed.map(([value, negative]) => (negative ? -value : value)))
      const at = column(signed.map((_, i) => 10 * i))
      const measured = (worst: (block: Float64Array) => number) => {
        const [convergence, swings, ways] = [new Convergence(1e-3), new Swings(), new LongWays()]
        for (let from = 0; from < values.length; from += length) {
          const [times, offset] = [at.slice(from, from + length), values.slice(from, from + length)]
          const rows = offset.length
          convergence.add(times, offset, rows, worst(offset))
          swings.add({ at: times, offset, rows }, worst(offset))
          ways.add(times, offset, rows, worst(offset))
        }
        return [convergence.first, convergence.lasting, swings.all, swings.count, ways.all]
      }
      expect(measured(block => worstOf(block, block.length))).toEqual(
        measured(() => Number.POSITIVE_INFINITY),
      )
    }),
  )
})

test('saturation counts the time at the limit, and the side', () => {
  const saturation = new Saturation()
  saturation.add(column([0, 10, 20, 30]), column([-5e-4, -5e-4, 1e-5, 1e-5]), 4)
  expect(saturation).toMatchObject({ rows: 2, time: 20, from: 0, to: 10, side: -2 })
})
