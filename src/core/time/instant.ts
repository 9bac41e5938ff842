/**
 * Readings of clocks. Two kinds that must never be mixed:
 * - an `Instant` is what a wall clock says (nanoseconds since 1970, UTC without leap seconds), and may jump;
 * - a `Monotonic` is what a counter says that nobody steps and nobody slews (CLOCK_MONOTONIC_RAW on Linux).
 *
 * Both are integers, because a double of Unix seconds resolves only 238 ns. Subtract exactly with `since`,
 * then compute in floating point: a double of a one-day *difference* resolves 15 ps.
 */
import { NS_PER_SECOND, type Seconds } from './units.ts'

declare const wallBrand: unique symbol
declare const counterBrand: unique symbol

/** A reading of a wall clock, ns since 1970-01-01T00:00:00Z. */
export type Instant = bigint & { readonly [wallBrand]: true }

/** A reading of an unsteered counter, ns since an arbitrary origin. */
export type Monotonic = bigint & { readonly [counterBrand]: true }

/** Both clocks, read back to back: at the moment when the counter said `monotonic`, the wall clock said `wall`. */
export interface Reading {
  readonly wall: Instant
  readonly monotonic: Monotonic
}

export const instant = (ns: bigint): Instant => ns as Instant
export const monotonic = (ns: bigint): Monotonic => ns as Monotonic

/** `later - earlier`, exact to the nanosecond up to 104 days, then to 53 bits. Negative when they are the other way round. */
export function since<T extends Instant | Monotonic>(later: T, earlier: NoInfer<T>): Seconds {
  return Number(later - earlier) / 1e9
}

/** `at + by`, rounded to the nanosecond. Throws RangeError when `by` is not finite. */
export function plus<T extends Instant | Monotonic>(at: T, by: Seconds): T {
  return ((at as bigint) + nanoseconds(by)) as T
}

export const earliest = <T extends Instant | Monotonic>(a: T, b: T): T => (a < b ? a : b)
/** The earlier one, of those that there are. */
export const sooner = <T extends Instant | Monotonic>(a: T | undefined, b: T | undefined): T | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a
export const latest = <T extends Instant | Monotonic>(a: T, b: T): T => (a > b ? a : b)

/** A difference as whole nanoseconds. Seconds and fraction are converted apart, so that long differences keep their ns. */
export function nanoseconds(s: Seconds): bigint {
  const whole = Math.trunc(s)
  if (Math.abs(whole) < EXACT_SECONDS) return BigInt(countNanoseconds(s))
  return BigInt(whole) * NS_PER_SECOND + BigInt(Math.round((s - whole) * 1e9))
}

/** The same as a number: exact for differences below 104 days. */
export function countNanoseconds(s: Seconds): number {
  const whole = Math.trunc(s)
  return whole * 1e9 + Math.round((s - whole) * 1e9)
}

/** Of fewer seconds than this a double holds all nanoseconds. */
const EXACT_SECONDS = 9e6
