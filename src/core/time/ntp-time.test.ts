import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instant, plus, since } from './instant.ts'
import { ERA_PIVOT, fromNtpTime, ntpTime, sinceNtp, toNtpTime } from './ntp-time.ts'

const S = 1_000_000_000n
const ERA_1 = instant(2_085_978_496n * S) // 2036-02-07T06:28:16Z, where era 0 ends

describe('NTP timestamps', () => {
  test('rfc5905 figure 4: 1970-01-01 is 2 208 988 800 s after 1900', () => {
    expect(toNtpTime(instant(0n)) >> 32n).toBe(2_208_988_800n)
  })

  test('rfc5905 figure 4: the first second of era 1 is 2036-02-07T06:28:16Z', () => {
    expect(toNtpTime(plus(ERA_1, 1)) >> 32n).toBe(1n)
  })

  test('an instant survives the wire to the nanosecond, in every era within 68 years of the pivot', () => {
    const near = 68n * 365n * 86_400n * S
    fc.assert(
      fc.property(fc.bigInt(ERA_PIVOT - near, ERA_PIVOT + near), ns => {
        expect(fromNtpTime(toNtpTime(instant(ns)))).toBe(ns)
      }),
    )
  })

  test('a wire timestamp survives the way through an instant to within a nanosecond', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 64n - 1n), bits => {
        const back = toNtpTime(fromNtpTime(ntpTime(bits)))
        expect(Math.abs(sinceNtp(back, ntpTime(bits)))).toBeLessThan(1e-9)
      }),
    )
  })

  test('differences are right across the end of era 0', () => {
    const before = toNtpTime(plus(ERA_1, -1.5))
    const after = toNtpTime(plus(ERA_1, 2.25))
    expect(sinceNtp(after, before)).toBeCloseTo(3.75, 9)
    expect(sinceNtp(before, after)).toBeCloseTo(-3.75, 9)
    expect(since(fromNtpTime(after), fromNtpTime(before))).toBeCloseTo(3.75, 9)
  })

  test('the all-zero timestamp means unknown and is never made from an instant', () => {
    expect(toNtpTime(ERA_1)).not.toBe(0n)
  })
})
