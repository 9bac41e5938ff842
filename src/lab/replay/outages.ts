/** When nothing came through, in a recording. */

import { quantile } from '#core/number/quantile.ts'
import { sum } from '#core/number/sum.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Moment } from './moments.ts'
import type { Observed } from './story.ts'

/** Nothing arrived for so long, and for so many of the usual intervals: nothing came through. */
const LEAST_OUTAGE: Seconds = 3600
const OUTAGE_INTERVALS = 6

/** The network was lost, or the daemon asked nobody: not that it had ended, nor that the guest stood still. */
export function outagesIn(
  moments: readonly Moment[],
  pauses: Observed['pauses'],
  lives: readonly Seconds[],
): { readonly at: Seconds; readonly until: Seconds }[] {
  const gaps = moments.slice(1).map(({ at }, i) => at - moments[i]!.at)
  const least = Math.max(LEAST_OUTAGE, OUTAGE_INTERVALS * quantile(gaps, 0.95))
  return gaps.flatMap((gap, i) => {
    const before = moments[i]!
    const after = moments[i + 1]!
    const stood = pauses.filter(({ at }) => at >= before.at && at <= after.at)
    const ended = lives.some(at => at > before.clock && at < after.clock)
    if (ended || gap - sum(stood.map(({ length }) => length)) < least) return []
    return [{ at: before.at, until: after.at }]
  })
}

export const sayOutage = ({ at, until }: { readonly at: Seconds; readonly until: Seconds }): string =>
  `nothing arrived for ${duration(until - at)}: taken for a loss of the network`
