/**
 * In the wake of a large jump small ones are not told: daemons print few digits of what they correct then, and slew at
 * rates at which a moment more or less counts. Where the daemon's corrections are not known, what is smaller may all be
 * its doing for some minutes, and what goes back may be more than it should have taken away: it draws a line through
 * measurements of which some are older than the jump.
 */

import type { Seconds } from '#core/time/units.ts'
import type { Disturbance } from './disturbance.ts'

/** Of the jump before. */
const WAKE = 0.01
const WAKE_TIME: Seconds = 1800
const BLIND_TIME: Seconds = 600
const OVERDONE = 2
const STILL_THERE = 0.3

/** `blind`: the daemon's corrections are not known. */
export function withoutWake(all: readonly Disturbance[], blind: boolean): Disturbance[] {
  let largest = 0
  let side = 0
  let until = Number.NEGATIVE_INFINITY
  return all.filter(({ size, from, to, before }) => {
    const now = Math.abs(size)
    const back = Math.sign(size) === -side && before * size < 0 && Math.abs(before) > STILL_THERE * now
    const may = back ? OVERDONE * largest : largest
    const over = from > until || from < until - 3 * WAKE_TIME
    if (!over && now < WAKE * largest) return false
    if (blind && now < may && from < until - WAKE_TIME + BLIND_TIME) return false
    if (over || now > 0.5 * largest) {
      largest = now
      side = Math.sign(size)
      until = to + WAKE_TIME
    }
    return true
  })
}
