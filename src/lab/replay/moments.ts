/** What each exchange of a recording shows, and what the daemon had corrected by then. */
import type { Rate, Seconds } from '#core/time/units.ts'

/** A daemon that has less to correct has found its time. */
export const KEPT: Seconds = 0.01

export interface Exchange {
  /** By the guest's clock. */
  readonly clock: Seconds
  readonly source: number
  readonly offset: Seconds
  readonly delay: Seconds
}

export interface Moment extends Exchange {
  /** True time from the first exchange on. */
  readonly at: Seconds
  /** What the daemon has corrected before. */
  readonly corrected: Seconds
  /** The last of it that it has told. */
  readonly last: Correction | undefined
}

/** One of chronyd's. */
export interface Correction {
  /** By the time that it believes. */
  readonly at: Seconds
  readonly by: Seconds
  /** What it had to slew from there on. */
  readonly left: Seconds
  /** By how much that which is left changes in a second. */
  readonly pace: Rate
}

export interface Frequency {
  readonly at: Seconds
  readonly rate: Rate
  /** The daemon had little to correct, and could. */
  readonly settled: boolean
}

/** How far the clock fell behind from one to the other, beside what the daemon did. */
export const between = (before: Moment, after: Moment): Seconds =>
  after.offset + after.corrected - before.offset - before.corrected
