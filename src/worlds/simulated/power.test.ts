import fc from 'fast-check'
import { expect, test } from 'vitest'
import { power } from './power.ts'

test('is what multiplying again and again comes to', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.9, max: 1, noNaN: true }), fc.nat(5000), (base, exponent) => {
      const expected = base ** exponent
      expect(Math.abs(power(base, exponent) - expected)).toBeLessThanOrEqual(1e-10 * expected + 1e-300)
    }),
  )
  expect(power(0.5, 0)).toBe(1)
  expect(power(0.5, 10)).toBe(2 ** -10)
})
