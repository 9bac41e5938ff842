/**
 * What chronyd notices by itself (sched.c): that the wall clock moved by more than ten seconds against its timers. It forgets
 * its measurements then, has no source, and polls anew at once, at whatever moment that was. Of a machine that stood still it
 * notices nothing: the next poll comes when it was due by the local clock.
 */
import type { Seconds } from '#core/time/units.ts'

/** JUMP_DETECT_THRESHOLD. */
export const NOTICED: Seconds = 10
/** What chance adds to a poll, at most. */
const LONGEST = 1.02
const ROUNDED: Seconds = 1

/** No poll after the one before, none after some that were not answered, and none of half the interval, which are 2^n s. */
export function isBetweenPolls(waited: Seconds, before: Seconds): boolean {
  const half = 2 ** (Math.floor(Math.log2(before + ROUNDED)) - 1)
  const due = half * Math.floor((waited + ROUNDED) / half)
  return waited > LONGEST * due + ROUNDED
}
