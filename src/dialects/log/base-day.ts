/**
 * The day from whose start times are counted: that on which the first log begins. Stamps that count from the boot (linuxptp, `-o
 * short-monotonic`) are of no day, and days later they are still to be the seconds that they are.
 */
import type { Seconds } from '#core/time/units.ts'

const DAY: Seconds = 86_400
/** No machine runs longer, and no log is that old. */
export const LONGEST_UPTIME: Seconds = 366 * DAY

/** Seconds since 1970 at which logs begin, or since the boot. */
export function baseDayOf(begins: readonly Seconds[]): number {
  const first = begins.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return Number.isFinite(first) && first >= LONGEST_UPTIME ? Math.floor(first / DAY) : 0
}
