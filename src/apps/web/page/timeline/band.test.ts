import { expect, test } from 'vitest'
import { bandOf, boundAt, boundOf } from './band.ts'
import { emptyTrack, push, type Track } from './pieces.ts'

const track = (...points: [x: number, value: number][]): Track => {
  const made = emptyTrack()
  for (const [x, value] of points) push(made, x, value)
  return made
}
/** An estimate each 64 s; the bound is 100 µs each time, and the rate can be wrong by 1 ppm. */
const times = [0, 64, 128, 192]
const line = track(...times.map((x): [number, number] => [x, 0]))
const bounds = track(...times.map((x): [number, number] => [x, 100e-6]))
const rates = track(...times.map((x): [number, number] => [x, 1e-6]))
const all = [0, 1, 2, 3]

test('the band grows from each estimate by what the rate can be wrong, and the next makes it narrow again', () => {
  const { x, high, low } = bandOf(line, boundOf(bounds, rates, false), all)
  expect(x).toEqual([0, 63.936, 64, 127.936, 128, 191.936, 192])
  expect(high.map(value => (value! * 1e6).toFixed(1))).toEqual([
    '100.0',
    '164.0',
    '100.0',
    '164.0',
    '100.0',
    '164.0',
    '100.0',
  ])
  expect(low).toEqual(high.map(value => -value!))
})

test('its height at the cursor is that of the moment, not of the nearest estimate', () => {
  const bound = boundOf(bounds, rates, false)
  expect(boundAt(line, bound, all, 0)).toBeCloseTo(100e-6, 9)
  expect(boundAt(line, bound, all, 60)).toBeCloseTo(160e-6, 9)
  expect(boundAt(line, bound, all, 65)).toBeCloseTo(101e-6, 9)
  // Before the first estimate of a run there is none but that.
  expect(boundAt(line, bound, all, -5)).toBeCloseTo(100e-6, 9)
})

test('what is believed now has grown already', () => {
  const now = track(...times.map((x): [number, number] => [x, x === 192 ? 170e-6 : 100e-6]))
  const { x, high } = bandOf(line, boundOf(now, rates, true), all)
  expect(x.slice(-2)).toEqual([128, 192])
  expect(high.slice(-2)).toEqual([100e-6, 170e-6])
})

test('points that stand for many estimates hold the tips of their teeth', () => {
  const dense = { ...line, count: [8, 8, 8, 8] }
  const { x, high } = bandOf(dense, boundOf(bounds, rates, false), all)
  expect(x).toEqual(times)
  // Eight estimates in 64 s: 8 s from one to the next.
  for (const value of high.slice(1)) expect(value).toBeCloseTo(108e-6, 9)
})

test('of sums that do not hold the rate the band is flat', () => {
  const { high } = bandOf(line, boundOf(bounds, emptyTrack(), false), all)
  expect(new Set(high)).toEqual(new Set([100e-6]))
})
