/**
 * How often to ask. A sample is worth sending for when the guess has become about as uncertain as a sample is; before
 * that it says little that is not known, and much later the clock has been worse than it needed to be.
 */
import { type PollLog2, pollInterval } from '#core/time/units.ts'
import type { Estimator } from './estimator.ts'

/** How much the guess may spread until the next sample comes, in deviations of a sample. */
const SPREAD = 2.7
/** And so much before it is asked more often again. */
const TOO_MUCH = 3.6

/** The interval that is wanted when `sources` take turns in being asked: one step longer at most. */
export function wantedPoll(estimator: Estimator, poll: PollLog2, sources: number): PollLog2 {
  const sample = estimator.sampleDeviation
  if (sample === undefined) return poll
  const now = estimator.deviation(estimator.at)
  const spread = (each: PollLog2) => {
    const then = estimator.deviation(estimator.at + pollInterval(each) / sources)
    return Math.sqrt(Math.max(0, then ** 2 - now ** 2)) / sample
  }
  if (spread(poll + 1) < SPREAD) return poll + 1
  let wanted = poll
  if (spread(wanted) > TOO_MUCH) while (wanted > 0 && spread(wanted) > SPREAD) wanted--
  return wanted
}
