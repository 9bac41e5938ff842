/**
 * What chronyd notices by itself (sched.c): that the wall clock moved by more than ten seconds against its timers. It forgets
 * its measurements then, has no source, and polls anew at once, at whatever moment that was. Of a machine that stood still it
 * notices nothing: the next poll comes when it was due by the local clock.
 */
import type { Seconds } from '#core/time/units.ts'
import { MAX_SLEW } from './slew-pace.ts'

/** JUMP_DETECT_THRESHOLD. */
export const NOTICED: Seconds = 10
/** What chance adds to a poll, at most. */
const LONGEST = 1.02
/** The mean of that, and how far from it a wait may be, in whole seconds. */
const CHANCE = 1.01
const ALIKE = 0.03
const ROUNDED: Seconds = 1

/**
 * No poll after the one before, none after some that were not answered, and none of half the interval, which are 2^n s; while chronyd
 * slews, as many of the clock that it slews.
 */
export function isBetweenPolls(waited: Seconds, before: Seconds): boolean {
  const pace = paceOf(before)
  const half = pace * 2 ** (Math.floor(Math.log2((before + ROUNDED) / pace)) - 1)
  const due = half * Math.floor((waited + ROUNDED) / half)
  return waited > LONGEST * due + ROUNDED
}

/** By what a slew makes waits shorter or longer: 1 where they are of whole polls, or of anything else. */
function paceOf(wait: Seconds): number {
  const polls = wait / 2 ** Math.round(Math.log2(wait))
  const slewed = [1 / (1 + MAX_SLEW), 1 / (1 - MAX_SLEW)].find(
    pace => Math.abs(polls - pace * CHANCE) < ALIKE * pace,
  )
  return slewed ?? 1
}
