import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exponential, logarithm, logarithm2, magnitude, raised, sineOfTurns } from './elementary.ts'

/** Units in the last place, of which two are allowed here and a half to one may be the engine's. */
const ULP = 2 ** -52
const close = (value: number, truth: number, ulps = 3) =>
  expect(Math.abs(value - truth)).toBeLessThanOrEqual(ulps * ULP * Math.abs(truth) + Number.MIN_VALUE)

const above = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true })

describe('as the engine has it, but for the last bits', () => {
  test('logarithm', () => {
    fc.assert(fc.property(above, x => void close(logarithm(x), Math.log(x))))
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), x => void close(logarithm(x), Math.log(x))),
    )
    expect([logarithm(1), logarithm(0), logarithm(-1), logarithm(Infinity)]).toEqual([
      0,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ])
  })

  test('logarithm to base 2, exact for its whole powers', () => {
    for (let n = -1074; n <= 1023; n++) expect(logarithm2(2 ** n)).toBe(n)
    fc.assert(
      fc.property(above, x => void expect(Math.abs(logarithm2(x) - Math.log2(x))).toBeLessThan(1e-12)),
    )
  })

  test('exponential', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -700, max: 700, noNaN: true }),
        x => void close(exponential(x), Math.exp(x), 4),
      ),
    )
    expect([exponential(0), exponential(1000), exponential(-1000), exponential(Number.NaN)]).toEqual([
      1,
      Number.POSITIVE_INFINITY,
      0,
      Number.NaN,
    ])
  })

  test('powers', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (x, y) => void close(raised(x, y), x ** y, 200),
      ),
    )
  })

  test('sine of turns', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 2, noNaN: true }),
        turns =>
          void expect(Math.abs(sineOfTurns(turns) - Math.sin(2 * Math.PI * turns))).toBeLessThan(3e-15),
      ),
    )
    expect([0, 0.25, 0.5, 0.75, 1, 12_345.25].map(sineOfTurns).map(value => value + 0)).toEqual([
      0, 1, 0, -1, 0, 1,
    ])
  })

  test('magnitude', () => {
    expect(magnitude(3, 4)).toBe(5)
    expect(magnitude(2, 3, 6)).toBe(7)
  })
})
