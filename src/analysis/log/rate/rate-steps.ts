/**
 * Changes of a clock's rate that chronyd learned at once: between two polls that are a quarter of an hour apart such a clock goes as far
 * as a short pause takes it. But what chronyd corrects is another rate from then on, by as much as the clock went in that time; after a pause it is
 * soon the one from before.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import { type Disturbance, timeOf } from '../disturbances/disturbance.ts'
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
    const { local, size, uncertainty } = each
    const before = frequencies.filter(({ to }) => to <= local.from && to > local.from - BEFORE)
    const after = frequencies.filter(
      ({ from }) => from > local.to + SETTLED && from < local.to + SETTLED + AFTER,
    )
    if (Math.min(before.length, after.length) < FEWEST) return []
    const by = levelOf(after) - levelOf(before)
    const went = Math.abs(by) * timeOf(each)
    const is = Math.abs(by) > LEAST && by * size > 0 && Math.abs(size) - uncertainty < MARGIN * went
    return is ? [{ at: local.to, by, is: each }] : []
  })
}
