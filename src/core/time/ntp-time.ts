/**
 * NTP timestamps: 64 bits, 32 of seconds since 1900 and 32 of fraction, exactly as on the wire (RFC 5905, section 6).
 * The seconds wrap every 136 years: era 0 ends on 2036-02-07T06:28:16Z. A timestamp alone does not say its era,
 * so turning one into an `Instant` needs a pivot that is known to be within 68 years of it.
 *
 * 2^-32 s is finer than 1 ns, so Instant → NtpTime → Instant gives the same ns back.
 * The all-zero timestamp means "unknown" and is never produced from an instant.
 */
import { type Instant, instant } from './instant.ts'
import { NS_PER_SECOND, type Seconds } from './units.ts'

declare const wireBrand: unique symbol
export type NtpTime = bigint & { readonly [wireBrand]: true }

/** Seconds from 1900-01-01 to 1970-01-01 (RFC 5905, figure 4). */
const UNIX_EPOCH_IN_ERA_0 = 2_208_988_800n

/**
 * Where eras are unfolded: every timestamp on the wire is taken for the instant nearest to 2076-01-01, that is between
 * 2007-12 and 2144-01. A fixed pivot and not the local clock, because the local clock is what may be wrong by decades.
 */
export const ERA_PIVOT = 3_345_062_400_000_000_000n as Instant

export const UNKNOWN_TIME = 0n as NtpTime

export const ntpTime = (bits: bigint): NtpTime => BigInt.asUintN(64, bits) as NtpTime

/** The wire timestamp of an instant, rounded to the nearest 2^-32 s, in whatever era the instant lies. */
export function toNtpTime(at: Instant): NtpTime {
  const wire = BigInt.asUintN(64, absoluteBits(at))
  return (wire === 0n ? 1n : wire) as NtpTime
}

/** The instant of a wire timestamp: of all the eras, the one that is nearest to the pivot. */
export function fromNtpTime(at: NtpTime, pivot: Instant = ERA_PIVOT): Instant {
  const near = pivot === ERA_PIVOT ? ERA_PIVOT_BITS : absoluteBits(pivot)
  const absolute = near + BigInt.asIntN(64, (at as bigint) - near)
  const ns = (absolute * NS_PER_SECOND + (1n << 31n)) >> 32n
  return instant(ns - UNIX_EPOCH_IN_ERA_0 * NS_PER_SECOND)
}

/** `later - earlier` for timestamps less than 68 years apart, right across an era's end. */
export function sinceNtp(later: NtpTime, earlier: NtpTime): Seconds {
  return Number(BigInt.asIntN(64, (later as bigint) - (earlier as bigint))) / 2 ** 32
}

/** 2^-32 s since 1900 with all eras counted, rounded to nearest (floor division keeps this right before 1900 too). */
function absoluteBits(at: Instant): bigint {
  const doubled = ((at + UNIX_EPOCH_IN_ERA_0 * NS_PER_SECOND) << 33n) + NS_PER_SECOND
  const divisor = 2n * NS_PER_SECOND
  const quotient = doubled / divisor
  return doubled % divisor < 0n ? quotient - 1n : quotient
}

const ERA_PIVOT_BITS = absoluteBits(ERA_PIVOT)
