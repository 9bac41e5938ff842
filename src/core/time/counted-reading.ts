/**
 * A reading that is kept as two counts of nanoseconds from a common origin, and turned into whole instants only when
 * somebody asks for them. A simulated world makes millions, and most are asked for one difference or for nothing.
 *
 * Counts are integers in doubles: exact within 104 days of the origin.
 */
import { type Instant, instant, type Monotonic, monotonic, type Reading, since } from './instant.ts'
import type { Seconds } from './units.ts'

export class CountedReading implements Reading {
  readonly origin: Reading
  readonly wallNs: number
  readonly monotonicNs: number
  #wall: Instant | undefined
  #monotonic: Monotonic | undefined

  constructor(origin: Reading, wallNs: number, monotonicNs: number) {
    this.origin = origin
    this.wallNs = wallNs
    this.monotonicNs = monotonicNs
  }

  get wall(): Instant {
    this.#wall ??= instant(this.origin.wall + BigInt(this.wallNs))
    return this.#wall
  }

  get monotonic(): Monotonic {
    this.#monotonic ??= monotonic(this.origin.monotonic + BigInt(this.monotonicNs))
    return this.#monotonic
  }

  toJSON(): Reading {
    return { wall: this.wall, monotonic: this.monotonic }
  }
}

/** `since(reading.wall, origin.wall)`, and cheap when the reading counts from there. */
export const wallSince = (reading: Reading, origin: Reading): Seconds =>
  reading instanceof CountedReading && reading.origin === origin
    ? reading.wallNs / 1e9
    : since(reading.wall, origin.wall)

/** `since(reading.monotonic, earlier.monotonic)`, and cheap when the reading counts from there, or both from the same. */
export function monotonicSince(reading: Reading, earlier: Reading): Seconds {
  if (reading instanceof CountedReading) {
    if (reading.origin === earlier) return reading.monotonicNs / 1e9
    if (earlier instanceof CountedReading && earlier.origin === reading.origin)
      return (reading.monotonicNs - earlier.monotonicNs) / 1e9
  }
  return since(reading.monotonic, earlier.monotonic)
}

/** How much the wall clock has gained on the counter since `origin`, exactly, and cheap when the reading counts from there. */
export const gainedSince = (reading: Reading, origin: Reading): Seconds =>
  reading instanceof CountedReading && reading.origin === origin
    ? (reading.wallNs - reading.monotonicNs) / 1e9
    : Number(reading.wall - origin.wall - (reading.monotonic - origin.monotonic)) / 1e9

/** Where differences from this reading, and those of its kind, are best counted from. */
export const originOf = (reading: Reading): Reading =>
  reading instanceof CountedReading ? reading.origin : reading
