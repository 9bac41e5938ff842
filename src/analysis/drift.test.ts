import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findDrift } from './drift.ts'
import { fitLine } from './line.ts'

test('report 000: 1.6 ms in each 60 s is 26 ppm, and the clock loses', () => {
  const measured = Array.from({ length: 10 }, (_, i) => ({
    at: 60 * i,
    offset: 1.6e-3 * i,
    errorBound: 1e-3,
  }))
  const drift = findDrift(measured)!
  expect(drift.rate * 1e6).toBeCloseTo(-26.67, 1)
  expect(drift.standardError).toBeCloseTo(0, 12)
})

test('the limits hold the true mean rate whenever each measurement was within its bound', () => {
  const noisy = fc.record({
    rate: fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
    errors: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 30 }),
  })
  fc.assert(
    fc.property(noisy, ({ rate, errors }) => {
      const drift = findDrift(
        errors.map((error, i) => ({ at: 60 * i, offset: -rate * 60 * i + error * 1e-3, errorBound: 1e-3 })),
      )!
      expect(drift.least).toBeLessThanOrEqual(rate + 1e-12)
      expect(drift.most).toBeGreaterThanOrEqual(rate - 1e-12)
    }),
  )
})

test('one measurement, or many at one moment, are no drift', () => {
  expect(findDrift([])).toBeUndefined()
  expect(findDrift([{ at: 1, offset: 1, errorBound: 1 }])).toBeUndefined()
  expect(
    fitLine([
      { x: 5, y: 1 },
      { x: 5, y: 2 },
    ]),
  ).toBeUndefined()
})

test('a line far from the origin keeps its digits', () => {
  const line = fitLine([0, 1, 2, 3].map(i => ({ x: 1e9 + i, y: 2e-6 * i })))!
  expect(line.slope).toBeCloseTo(2e-6, 15)
})
