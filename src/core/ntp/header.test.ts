import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant } from '#core/time/instant.ts'
import { ERA_PIVOT, toNtpTime } from '#core/time/ntp-time.ts'
import { NS_PER_SECOND } from '#core/time/units.ts'
import { AT, int8At, putTime, secondsAfter, wireNanoseconds, wireSeconds } from './header.ts'

const aboutNow = fc.bigInt({ min: ERA_PIVOT - 2n ** 60n, max: ERA_PIVOT + 2n ** 60n }).map(instant)

test('a timestamp in numbers is the timestamp in bigints, to the bit', () => {
  fc.assert(
    fc.property(aboutNow, fc.integer({ min: -3_000_000_000, max: 3_000_000_000 }), (start, more) => {
      const bytes = new Uint8Array(48)
      putTime(bytes, AT.receive, wireSeconds(start), wireNanoseconds(start) + more)
      expect(new DataView(bytes.buffer).getBigUint64(AT.receive)).toBe(
        toNtpTime(instant(start + BigInt(more))),
      )
    }),
  )
})

test('and is read as seconds after a second near by, across an era too', () => {
  fc.assert(
    fc.property(aboutNow, fc.integer({ min: -1_000_000, max: 1_000_000 }), (start, seconds) => {
      const bytes = new Uint8Array(48)
      const whole = instant(start - (start % NS_PER_SECOND))
      putTime(bytes, AT.transmit, wireSeconds(whole), seconds * 1e9 + 5e8)
      expect(secondsAfter(bytes, AT.transmit, wireSeconds(whole))).toBe(seconds + 0.5)
    }),
  )
})

test('a signed byte', () => {
  expect(int8At(Uint8Array.of(0xe9, 0x10), 0)).toBe(-23)
  expect(int8At(Uint8Array.of(0xe9, 0x10), 1)).toBe(16)
})
