/**
 * The clock without libc: `process.hrtime` counts, `Date.now` tells the wall clock in whole milliseconds, cut off.
 *
 * When `Date.now` says m, the wall clock showed something in [m, m + 1 ms). On Linux the wall clock and hrtime's
 * CLOCK_MONOTONIC are slewed together, so their difference is constant between steps and each reading narrows it
 * further; a reading that contradicts the interval shows that the clock was set, and begins a new one. A step of less
 * than a millisecond can hide for a while, so the promise stays a millisecond whatever the interval says.
 *
 * `performance.timeOrigin + now()` is of no use: it never sees the clock being set.
 */
import { instant, monotonic, type Reading } from '#core/time/instant.ts'
import { MILLISECOND } from '#core/time/units.ts'
import type { ReadClock } from './clock.ts'

const MS = 1_000_000n

export function openCoarseClock(
  now: () => number = Date.now,
  count: () => bigint = process.hrtime.bigint,
): ReadClock {
  // How far the wall clock is ahead of the counter, in ns: low <= ahead < high.
  let low: bigint | undefined
  let high = 0n

  function read(): Reading {
    const before = count()
    const ms = BigInt(now()) * MS
    const after = count()
    const atLeast = ms - after
    const below = ms + MS - before
    if (low === undefined || atLeast >= high || below <= low) {
      low = atLeast
      high = below
    } else {
      if (atLeast > low) low = atLeast
      if (below < high) high = below
    }
    return { wall: instant(after + (low + high) / 2n), monotonic: monotonic(after) }
  }

  return {
    precision: MILLISECOND,
    read,
    residual: () => MILLISECOND,
    counter: () => monotonic(count()),
  }
}
