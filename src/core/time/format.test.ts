import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, duration, parseDecimal, rate, rfc3339, signed } from './format.ts'
import { instant } from './instant.ts'

describe('for programs', () => {
  test('an instant is decimal seconds with nine digits, and comes back', () => {
    expect(decimal(instant(1_795_258_202_000_000_001n))).toBe('1795258202.000000001')
    expect(decimal(instant(-1n))).toBe('-0.000000001')
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 70n), 2n ** 70n), ns => {
        expect(parseDecimal(decimal(ns))).toBe(ns)
      }),
    )
  })

  test.each(['', 'x', '1.', '.5', '1.0000000001', '1e3', ' 1'])('%j is not decimal seconds', text => {
    expect(parseDecimal(text)).toBeUndefined()
  })

  test('rfc 3339 agrees with the platform for every millisecond that the platform can write', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), ms => {
        expect(rfc3339(instant(BigInt(ms) * 1_000_000n), 3)).toBe(new Date(ms).toISOString())
      }),
    )
  })
})

describe('for people', () => {
  test.each([
    [12.34e-6, '12.3 µs'],
    [0.000_999_9, '1.00 ms'],
    [85.4, '85.4 s'],
    [5400, '90 min'],
    [13.9 * 86400, '13.9 d'],
    [0, '0 s'],
    [undefined, '–'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '∞'],
  ])('%d s is %s', (value, text) => expect(duration(value)).toBe(text))

  test('offsets always carry their sign', () => {
    expect(signed(-0.0123)).toBe('-12.3 ms')
    expect(signed(4e-6)).toBe('+4.00 µs')
  })

  test('rates are ppm until that stops being readable', () => {
    expect(rate(26.02e-6)).toBe('+26.020 ppm')
    expect(rate(-0.002)).toBe('-2000.0 ppm')
    expect(rate(0.33)).toBe('+33.0 %')
    expect(rate(undefined)).toBe('–')
  })
})
