/**
 * Single fields of an NTP header as plain numbers, for programs that reckon in seconds from some instant near now and never
 * need 64 bits: they resolve a microsecond's ten-thousandth for years.
 */
import type { Instant } from '#core/time/instant.ts'
import type { NtpTime } from '#core/time/ntp-time.ts'
import { NS_PER_SECOND, type Seconds } from '#core/time/units.ts'

const UNIX_EPOCH = 2_208_988_800n

export const AT = {
  poll: 2,
  precision: 3,
  rootDelay: 4,
  rootDispersion: 8,
  refid: 12,
  reference: 16,
  origin: 24,
  receive: 32,
  transmit: 40,
} as const

export const uint32At = (bytes: Uint8Array, at: number): number =>
  bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!)

export function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** A place of their own for 64 bits: a small array that is asked for its buffer is moved out of V8's heap, which costs more. */
const place = new Uint8Array(8)
const placeView = new DataView(place.buffer)

export function ntpTimeAt(bytes: Uint8Array, at: number): NtpTime {
  for (let i = 0; i < 8; i++) place[i] = bytes[at + i]!
  return placeView.getBigUint64(0) as NtpTime
}

export function putNtpTime(bytes: Uint8Array, at: number, time: NtpTime): void {
  placeView.setBigUint64(0, time)
  for (let i = 0; i < 8; i++) bytes[at + i] = place[i]!
}

export const int8At = (bytes: Uint8Array, at: number): number => (bytes[at]! << 24) >> 24

/** NTP short format. */
export const shortAt = (bytes: Uint8Array, at: number): Seconds => uint32At(bytes, at) / 65536

export const isZeroTime = (bytes: Uint8Array, at: number): boolean =>
  uint32At(bytes, at) === 0 && uint32At(bytes, at + 4) === 0

/** The seconds field that a timestamp of this instant has; eras are not told apart. */
export const wireSeconds = (at: Instant): number =>
  Number(BigInt.asUintN(32, at / NS_PER_SECOND + UNIX_EPOCH))

/** The nanoseconds of an instant beyond its whole second. */
export const wireNanoseconds = (at: Instant): number => Number(at % NS_PER_SECOND)

/** A timestamp of so many nanoseconds, below 2^53, after a whole second: the nearest that there is, exactly. */
export function putTime(bytes: Uint8Array, at: number, seconds: number, nanoseconds: number): void {
  const whole = Math.floor(nanoseconds / 1e9)
  // 2^32 / 10^9 is 2^23 / 5^9; the product is below 2^53.
  const scaled = (nanoseconds - whole * 1e9) * 2 ** 23
  let fraction = Math.floor(scaled / 5 ** 9)
  let rest = scaled - fraction * 5 ** 9
  if (rest < 0) {
    fraction--
    rest += 5 ** 9
  }
  if (2 * rest >= 5 ** 9) fraction++
  const carry = fraction === 2 ** 32 ? 1 : 0
  putUint32(bytes, at, (seconds + whole + carry) >>> 0)
  putUint32(bytes, at + 4, carry ? 0 : fraction)
}

/** NTP short format, rounded up and held to its range. */
export const putShort = (bytes: Uint8Array, at: number, value: Seconds): void =>
  putUint32(bytes, at, Math.min(0xffffffff, Math.max(0, Math.ceil(value * 65536))))

/** A timestamp as seconds after the instant whose seconds field is `base`; within 68 years of it. */
export const secondsAfter = (bytes: Uint8Array, at: number, base: number): Seconds =>
  ((uint32At(bytes, at) - base) | 0) + uint32At(bytes, at + 4) / 2 ** 32
