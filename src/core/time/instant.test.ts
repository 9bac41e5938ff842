import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant, nanoseconds, plus, since } from './instant.ts'

const NOW = 1_795_258_202_000_000_000n

test('a microsecond survives at the size of today, where a double of Unix seconds loses a fifth of it', () => {
  expect(since(instant(NOW + 1000n), instant(NOW))).toBe(1e-6)
  expect((Number(NOW + 1000n) - Number(NOW)) / 1e9).not.toBe(1e-6)
})

test('plus and since undo each other to the nanosecond', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 52n), 2n ** 52n), by => {
      const at = instant(NOW)
      expect(plus(at, Number(by) / 1e9) - at).toBe(by)
      expect(since(plus(at, Number(by) / 1e9), at)).toBe(Number(by) / 1e9)
    }),
  )
})

test('long differences keep their nanoseconds as far as the double had them', () => {
  expect(nanoseconds(400 * 365.25 * 86400)).toBe(12_623_040_000_000_000_000n)
  expect(() => nanoseconds(Number.NaN)).toThrow(RangeError)
})
