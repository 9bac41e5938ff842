/**
 * Changes of a clock's rate that chronyd learned at once: between two polls that are a quarter of an hour apart such a clock goes as far
 * as a short pause takes it. But what chronyd corrects is another rate from then on, by as much as the clock went in that time; after a pause it is
 * soon the one from before.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import { type Disturbance, timeOf } from '../disturbances/disturbance.ts'
import type { Unfollowed } from '../sources/unfollowed.ts'
import type { Bucket } from '../statistics/envelope.ts'
import { levelOf } from './rate-change.ts'

/** No crystal changes by so much at once. */
const LEAST: Rate = 30e-6
/** What goes further in the time between two measurements has jumped. */
const MOST: Rate = 500e-6
/** The rate is learned a little too high at first. */
const MARGIN = 1.5
/** What is held before, and once it has settled. */
const BEFORE: Seconds = 3600
const SETTLED: Seconds = 900
const AFTER: Seconds = 5400
const FEWEST = 3
/** What is shorter than that is told by a jump. */
const UNFOLLOWED: Seconds = 3600
const MOSTLY = 0.8

export interface RateStep {
  readonly at: Seconds
  /** Of the correction: positive where the clock loses more than before. */
  readonly by: Rate
  readonly is: Disturbance
}

/** What moves so slowly may be a rate, where no log tells what was corrected. */
export const mayHaveRun = (each: Disturbance): boolean => Math.abs(each.size) < MOST * timeOf(each)

export function rateStepsAmong(all: readonly Disturbance[], frequencies: readonly Bucket[]): RateStep[] {
  return all.filter(mayHaveRun).flatMap(each => {
    const by = changeAround(each, frequencies)
    return Math.abs(by) > LEAST && wentBy(each, by) ? [{ at: each.local.to, by, is: each }] : []
  })
}

/** Of the correction; not a number where too little of it is known. */
function changeAround({ local }: Disturbance, frequencies: readonly Bucket[]): Rate {
  const before = frequencies.filter(({ to }) => to <= local.from && to > local.from - BEFORE)
  const after = frequencies.filter(
    ({ from }) => from > local.to + SETTLED && from < local.to + SETTLED + AFTER,
  )
  return Math.min(before.length, after.length) < FEWEST ? Number.NaN : levelOf(after) - levelOf(before)
}

const wentBy = (each: Disturbance, by: Rate): boolean =>
  by * each.size > 0 && Math.abs(each.size) - each.uncertainty < MARGIN * Math.abs(by) * timeOf(each)

/** Without anybody to follow chronyd goes on by what it had learned last: what that was wrong by is what it corrects otherwise afterwards. */
export const ranUnfollowed = (
  each: Disturbance,
  unfollowed: readonly Unfollowed[],
  frequencies: readonly Bucket[],
): boolean =>
  unfollowed.some(
    ({ since, back }) =>
      back - since > UNFOLLOWED &&
      since < each.local.to &&
      back >= each.local.to &&
      back - since > MOSTLY * timeOf(each),
  ) && wentBy(each, changeAround(each, frequencies))
