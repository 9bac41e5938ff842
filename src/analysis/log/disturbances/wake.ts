/**
 * In the wake of a large jump small ones are not told: daemons print few digits of what they correct then, and slew at
 * rates at which a moment more or less counts. Where the daemon's corrections are not known, what is smaller may all be
 * its doing for some minutes, and what goes back may be more than it should have taken away: it draws a line through
 * measurements of which some are older than the jump.
 */

import type { Seconds } from '#core/time/units.ts'
import type { Disturbance } from './disturbance.ts'

/** Of the jump before. */
export const WAKE = 0.01
export const WAKE_TIME: Seconds = 1800
/** chronyd asks each minute then, and has forgotten what was before after seven of them, as after seven polls that stay long. */
const BLIND_TIME: Seconds = 600
const FORGOTTEN = 8
const OVERDONE = 2
const STILL_THERE = 0.3

/** `blind`: the daemon's corrections are not known. */
export function withoutWake(all: readonly Disturbance[], blind: boolean): Disturbance[] {
  let largest = 0
  let until = Number.NEGATIVE_INFINITY
  const told: Disturbance[] = []
  return all.filter(each => {
    const { size, from, to } = each
    const now = Math.abs(size)
    const over = from > until || from < until - 3 * WAKE_TIME
    if (!over && now < WAKE * largest) return false
    if (blind && told.some(jump => mayBeDoneAbout(jump, each))) return false
    if (over || now > 0.5 * largest) {
      largest = now
      until = to + WAKE_TIME
    }
    told.push(each)
    return true
  })
}

function mayBeDoneAbout(jump: Disturbance, { size, from, before }: Disturbance): boolean {
  const [now, largest] = [Math.abs(size), Math.abs(jump.size)]
  const against = size * jump.size < 0
  const back = against && before * size < 0 && Math.abs(before) > STILL_THERE * now
  const blind = against ? Math.max(blindAfter(jump), FORGOTTEN * (jump.unasked ?? 0)) : blindAfter(jump)
  return now < (back ? OVERDONE * largest : largest) && from < jump.to + blind
}

/** Until those have been asked, too, that were asked last before it, and some times more. */
const blindAfter = ({ unasked = 0 }: Disturbance): Seconds => BLIND_TIME + unasked

/**
 * What most sources show chronyd corrects, step by step; where that is not known, each source that is asked in between seems
 * to have jumped by what was left, or by what was corrected since, and the others not.
 */
export function withoutEchoes(all: readonly Disturbance[], followed: readonly Disturbance[]): Disturbance[] {
  return all.filter(
    each =>
      !followed.some(
        most =>
          most !== each &&
          Math.abs(each.size) < OVERDONE * Math.abs(most.size) &&
          each.local.to > most.local.from &&
          each.local.from < most.local.to + blindAfter(most),
      ),
  )
}
