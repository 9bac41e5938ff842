import fc from 'fast-check'
import { expect, test } from 'vitest'
import { periodOfSpans, timetableOf } from './by-the-clock.ts'

const HOUR = 3600
const late = [3, 120, 401, 77, 256, 340, 18, 199, 290, 64, 388, 150]

test('what is found within minutes after a full hour comes by the clock, and also across one', () => {
  const after = late.map((seconds, nth) => nth * HOUR + seconds)
  // The shortest part that holds eleven of the twelve, and the second of the last stamp.
  expect(timetableOf(after)).toMatchObject({ every: HOUR, from: 18, to: 402 })
  expect(timetableOf(after.map(moment => moment + 3500))).toMatchObject({ from: 3518, to: 3902 })
})

test('a few moments of a night are no timetable, and the same minute of many is', () => {
  const nights = (count: number, spread: number) =>
    Array.from({ length: count }, (_, nth) => nth * 24 * HOUR + 7200 + ((nth * 37) % 60) * spread)
  expect(timetableOf(nights(3, 1))).toBeUndefined()
  expect(timetableOf(nights(9, 1))!.every).toBe(24 * HOUR)
})

test('a pace that is no round time has none: ntpd steps each 1100 s', () => {
  expect(timetableOf(Array.from({ length: 60 }, (_, nth) => nth * 1100))).toBeUndefined()
})

test('what happens many times within a day, and once days later, is no job of each day', () => {
  const day = Array.from({ length: 60 }, (_, nth) => 8 * HOUR + nth * 711)
  expect(timetableOf(day)).toBeUndefined()
  expect(timetableOf([...day, 40 * HOUR, 58 * HOUR, 81 * HOUR, 99 * HOUR])).toBeUndefined()
})

test('moments by chance have none', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 * 24 * HOUR }), { maxLength: 60 }), moments => {
      expect(timetableOf(moments)).toBeUndefined()
    }),
    { seed: 20270301 },
  )
})

/** Found by polls of a quarter of an hour, each somewhere around it. */
const around = (moments: readonly number[], width = 1020) =>
  moments.map((at, nth) => {
    const before = (width * ((nth * 37) % 100)) / 100
    return { from: at - before, to: at - before + width }
  })

test('what was within a span only comes by the clock where one moment of each hour is in all of them', () => {
  const hourly = Array.from({ length: 18 }, (_, nth) => nth * HOUR + 1800)
  expect(periodOfSpans(around(hourly))).toBe(HOUR)
  // One may be late, as its source was away.
  expect(periodOfSpans(around(hourly.with(7, 7 * HOUR + 3300)))).toBe(HOUR)
  expect(periodOfSpans(around(hourly.slice(0, 5)))).toBeUndefined()
})

test('spans at a pace of its own, or by chance, have none', () => {
  for (const pace of [192, 1100, 2517, 3900])
    expect(periodOfSpans(around(Array.from({ length: 40 }, (_, nth) => nth * pace)))).toBeUndefined()
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 * 24 * HOUR }), { maxLength: 60 }), moments => {
      expect(
        periodOfSpans(
          around(
            moments.toSorted((a, b) => a - b),
            600,
          ),
        ),
      ).toBeUndefined()
    }),
    { seed: 20270301 },
  )
})
