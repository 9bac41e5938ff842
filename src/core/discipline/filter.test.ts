import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ClockFilter, STAGES } from './filter.ts'
import type { Sample } from './sample.ts'

const STILL = { rate: 0, drift: 0 }
const sample = (at: number, offset: number, delay: number, dispersion = 1e-6): Sample => ({
  at,
  offset,
  delay,
  dispersion,
  rootDelay: 0,
  rootDispersion: 0,
})

const anySample = fc
  .record({
    offset: fc.double({ min: -1, max: 1, noNaN: true }),
    delay: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  })
  .map(({ offset, delay }) => ({ offset, delay }))

const filled = (samples: readonly { offset: number; delay: number }[]) => {
  const filter = new ClockFilter()
  for (const [i, { offset, delay }] of samples.entries()) filter.add(sample(i, offset, delay))
  return filter
}

describe('the clock filter', () => {
  test('says nothing when it is empty', () => expect(new ClockFilter().read(0, STILL, 1e-6)).toBeUndefined())

  test('one sample alone has the jitter of the precision', () => {
    const filter = new ClockFilter()
    filter.add(sample(0, 0.5, 0.01, 0.002))
    const { best, jitter } = filter.read(0, STILL, 1e-6)!
    expect(best.offset).toBe(0.5)
    expect(jitter).toBe(1e-6)
  })

  test('jitter is the root mean square of the differences to the best sample', () => {
    const filter = filled([
      { offset: 0, delay: 0.01 },
      { offset: 0.003, delay: 0.02 },
      { offset: -0.004, delay: 0.03 },
    ])
    expect(filter.read(2, STILL, 1e-6)!.jitter).toBeCloseTo(Math.sqrt((0.003 ** 2 + 0.004 ** 2) / 2), 12)
  })

  test('a constant frequency error is no jitter', () => {
    const filter = new ClockFilter()
    for (let i = 0; i < 8; i++) filter.add(sample(64 * i, 100e-6 * 64 * i, 0.01))
    expect(filter.read(7 * 64, { rate: 100e-6, drift: 1e-6 }, 1e-9)!.jitter).toBeLessThan(1e-8)
  })

  test('an old sample with a small delay loses to a new one when its age can have cost more', () => {
    const filter = new ClockFilter()
    filter.add(sample(0, 0, 0.001))
    filter.add(sample(1000, 0, 0.002))
    expect(filter.read(1000, { rate: 0, drift: 1e-9 }, 1e-9)!.best.at).toBe(0)
    expect(filter.read(1000, { rate: 0, drift: 1e-5 }, 1e-9)!.best.at).toBe(1000)
  })
})

describe('properties', () => {
  test('the best of the last eight has the smallest delay, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(anySample, { minLength: 1, maxLength: 30 }), samples => {
        const { best, samples: kept } = filled(samples).read(samples.length, STILL, 1e-9)!
        const last = samples.slice(-STAGES)
        expect(kept).toBe(last.length)
        expect(best.delay).toBeCloseTo(Math.min(...last.map(({ delay }) => delay)), 12)
      }),
    )
  })

  test('moving all offsets moves the answer and nothing else', () => {
    fc.assert(
      fc.property(fc.array(anySample, { minLength: 1, maxLength: 12 }), samples => {
        const plain = filled(samples).read(samples.length, STILL, 1e-9)!
        const moved = filled(samples.map(each => ({ ...each, offset: each.offset + 1 }))).read(
          samples.length,
          STILL,
          1e-9,
        )!
        expect(moved.best.offset).toBeCloseTo(plain.best.offset + 1, 12)
        expect(moved.jitter).toBeCloseTo(plain.jitter, 9)
      }),
    )
  })
})
