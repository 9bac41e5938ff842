/** Steps that the daemon made itself: those that it says, and those that only measurements show. */

import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import type { Disturbance } from '../disturbances/disturbance.ts'
import type { Jump } from '../disturbances/jumps.ts'
import type { HostLog, SampleSeries } from '../host-log.ts'
import { SLACK } from '../order/eras.ts'
import { LONGEST_POLL } from '../sources/longest-poll.ts'
import type { Correction } from './corrections.ts'

/** Steps that only measurements show: most are found in their saw-tooth, where most sources see it, and loopstats know of it. */
export function seenSteps(
  log: HostLog,
  daemon: Daemon,
  { sawTooth, census }: SampleSeries,
  { own: explained, jumps }: { readonly own: readonly Correction[]; readonly jumps: readonly Jump[] },
): readonly Correction[] {
  const said = log.events.of('stepped').some(event => event.daemon === daemon)
  const heard = census.sources().filter(({ count }) => count > 4).length
  if (said || 2 * sawTooth.witnesses <= heard) return explained
  const updates = log.updatesOf(daemon)
  const resets = sawTooth.resets.filter(
    ({ at }) =>
      !jumps.some(({ set, change }) => set && change.to === at) &&
      (!updates ||
        updates.corrections.markers.some(each => each.at > at - LONGEST_POLL && each.at <= at + SLACK)),
  )
  return resets.length > explained.length ? resets : explained
}

/** Steps that the daemon says it made, each once: what its log and its statistics both say is one. */
export function ownSteps(log: HostLog, daemon: Daemon): Correction[] {
  const steps: Correction[] = []
  for (const { at, size, file, line, daemon: by } of log.events.of('stepped')) {
    if (by !== daemon) continue
    const again = steps.some(
      each => Math.abs(each.at - at) < 5 && Math.abs(each.size - size) <= 0.01 * Math.abs(size),
    )
    if (!again) steps.push({ at, size, by: 'step', file, line })
  }
  return steps
}

/** The largest of the steps while that happened: 0 where there was none. */
export const largestWithin = ({ local }: Disturbance, own: readonly Correction[]): Seconds =>
  own
    .filter(({ at }) => at >= local.from - SLACK && at <= local.to + SLACK)
    .reduce((most, { size }) => Math.max(most, Math.abs(size)), 0)
