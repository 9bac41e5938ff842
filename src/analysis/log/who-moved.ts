/**
 * Whether the machine as a whole stood still or leapt, or only its wall clock was set, by the pace of the polls: a daemon waits
 * by the machine's own counter. If polls came at their usual spacing by the local clock it was the machine; if they came at it
 * by true time, the clock was set.
 */

import type { Daemon } from '#core/trace/series.ts'
import type { Moved } from './disturbance.ts'
import type { Jump } from './jumps.ts'
import { isBetweenPolls, NOTICED } from './noticed.ts'

/** How much nearer to the usual spacing one pace must be than the other. */
const CLEARLY = 3

/**
 * chronyd waits by the wall clock, and for the next poll so much longer when that was set back; beyond ten seconds it notices,
 * and polls anew at once.
 */
export function whoMoved(group: readonly Jump[], daemon: Daemon): Moved {
  let machine = 0
  let wall = 0
  for (const { first: change, firstSize: size } of group) {
    if (Math.abs(size) < CLEARLY * change.unsteadiness) continue
    const waited = change.to - change.from
    if (daemon === 'chrony') {
      if (Math.abs(size) < NOTICED) continue
      if (isBetweenPolls(waited, change.spacing)) {
        wall++
        continue
      }
    }
    const byLocal = Math.abs(waited - change.spacing)
    const byTrue = Math.abs(waited + size - change.spacing)
    if (byLocal * CLEARLY < byTrue) machine++
    else if (byTrue * CLEARLY < byLocal) wall++
  }
  return machine > wall ? 'machine' : wall > machine ? 'wall clock' : 'not known'
}
