import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allanDeviation, modifiedAllanDeviation, mtie, phaseOf, timeDeviation } from './stability.ts'

/** The 1000-point test suite of NIST SP 1065: a prime modulus congruential generator. */
function nistFrequencies(): Float64Array {
  let n = 1234567890
  return Float64Array.from({ length: 1000 }, () => {
    const now = n / 2147483647
    n = Number((16807n * BigInt(n)) % 2147483647n)
    return now
  })
}

describe('the 1000-point set of NIST SP 1065', () => {
  const phase = phaseOf(nistFrequencies(), 1)
  const published = [
    { m: 1, adev: 2.922319e-1, mdev: 2.922319e-1, tdev: 1.687202e-1 },
    { m: 10, adev: 9.159953e-2, mdev: 6.172376e-2, tdev: 3.563623e-1 },
    { m: 100, adev: 3.241343e-2, mdev: 2.170921e-2, tdev: 1.253382 },
  ]
  test.each(published)('averaged over $m', ({ m, adev, mdev, tdev }) => {
    expect(allanDeviation(phase, m) / adev).toBeCloseTo(1, 5)
    expect(modifiedAllanDeviation(phase, m) / mdev).toBeCloseTo(1, 5)
    expect(timeDeviation(modifiedAllanDeviation(phase, m), m * phase.step) / tdev).toBeCloseTo(1, 5)
  })
})

/** Nothing is known between them. */
const pointsOf = (error: Float64Array) => ({ begins: error, least: error, most: error })

test('a steady frequency is steady, and its MTIE is what it gains', () => {
  const phase = phaseOf(new Float64Array(500).fill(1e-6), 16)
  expect(allanDeviation(phase, 7)).toBeLessThan(1e-15)
  expect(modifiedAllanDeviation(phase, 7)).toBeLessThan(1e-15)
  expect(mtie(pointsOf(phase.error), 10)).toBeCloseTo(1.6e-4, 12)
})

test('MTIE is what looking at every window gives', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (values, m) => {
        fc.pre(values.length > m)
        const error = Float64Array.from(values)
        let most = 0
        for (let i = 0; i + m < error.length; i++) {
          const window = error.subarray(i, i + m + 1)
          most = Math.max(most, Math.max(...window) - Math.min(...window))
        }
        expect(mtie(pointsOf(error), m)).toBe(most)
      },
    ),
  )
})

test('too short a series says nothing', () => {
  const phase = phaseOf([1e-6, 2e-6], 1)
  expect(allanDeviation(phase, 2)).toBeNaN()
  expect(modifiedAllanDeviation(phase, 2)).toBeNaN()
  expect(mtie(pointsOf(phase.error), 3)).toBeNaN()
})
