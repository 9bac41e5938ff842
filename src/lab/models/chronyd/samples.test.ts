import { expect, test } from 'vitest'
import { ChronyClock } from './clock.ts'
import { Samples } from './samples.ts'

const LIMITS = {
  minsamples: 6,
  maxsamples: 0,
  mindelay: 0,
  asymmetry: undefined,
  maxjitter: 1,
  precision: 1e-7,
}
const NOISE = [2, -3, 1, -1, 3, -2]

/** A clock that gains 20 ppm and is 10 ms fast at time 0, seen every 16 s. */
function measured(count: number, clock = new ChronyClock(0, { maxslewrate: 0.08, maxdrift: 0.1 }, () => {})) {
  const samples = new Samples(clock, LIMITS)
  for (let i = 0; i < count; i++) {
    clock.raw = 16 * i
    const noise = NOISE[i % NOISE.length]! * 1e-6
    samples.accumulate({
      at: clock.raw,
      offset: -(0.01 + 20e-6 * clock.raw + noise),
      delay: 2e-4 + Math.abs(noise),
      dispersion: 1e-6,
      rootDelay: 2e-4,
      rootDispersion: 1e-6,
    })
  }
  return { samples, clock }
}

test('nothing is said with fewer than three samples', () => {
  expect(measured(2).samples.interval(20)).toBeUndefined()
  expect(measured(3).samples.interval(40)).toBeDefined()
})

test('offset and frequency of a steady clock, and what they can be wrong by', () => {
  const { samples } = measured(30)
  const { offset, frequency, skew, offsetSd } = samples.tracking()
  expect(offset).toBeCloseTo(0.01 + 20e-6 * 29 * 16, 5)
  expect(Math.abs(frequency - 20e-6)).toBeLessThan(skew)
  expect(offsetSd).toBeLessThan(2e-6)
  expect(samples.predictOffset(1000)).toBeCloseTo(0.03, 5)
})

test('a correction of the clock is one of the line, too', () => {
  const { samples, clock } = measured(30)
  const { offset, frequency } = samples.tracking()
  clock.correct(frequency, offset, 0)
  expect(samples.tracking().offset).toBeCloseTo(0, 12)
  expect(samples.tracking().frequency).toBeCloseTo(0, 15)
})

test('no more than 64 are kept, however many come', () => {
  const { samples } = measured(1000)
  expect(samples.count).toBeLessThanOrEqual(64)
  expect(samples.tracking().frequency).toBeCloseTo(20e-6, 7)
})

test('samples out of order, as after a step back, are a new beginning', () => {
  const { samples, clock } = measured(30)
  clock.raw = 100
  samples.accumulate({ at: 100, offset: 0, delay: 1e-4, dispersion: 0, rootDelay: 0, rootDispersion: 0 })
  expect(samples.count).toBe(1)
})
