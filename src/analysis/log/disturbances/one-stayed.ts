/**
 * Whether a source is as far from those that jumped, ever since, as they jumped: had the clock moved, it had moved against
 * all.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Seconds } from '#core/time/units.ts'
import type { SampleSeries } from '../host-log.ts'
import { isAbout } from './alike.ts'

/** With fewer moments in common two sources are not held against each other. */
const LEAST_ROWS = 8
/** In this time before and after, a source that goes its own way, as one that smears a leap second, does not go far. */
const NEARBY: Seconds = 3600
const LEAST_NEARBY = 2

export interface Jumped {
  readonly witnesses: readonly number[]
  readonly from: Seconds
  readonly to: Seconds
  readonly size: Seconds
}

export const oneStayed = ({ census }: SampleSeries, jumped: Jumped): boolean =>
  movedApart(census, jumped).some(by => isAbout(by, jumped.size)) ||
  (Math.abs(jumped.size) >= STEP_THRESHOLD && stayedNearby(census, jumped))

/**
 * The same of several that are no majority, and of others that do not stay where they were. When these were asked themselves: what the
 * clock did, and its daemon undid, in between they do not know.
 */
function stayedNearby(census: SampleSeries['census'], { witnesses, from, to, size }: Jumped): boolean {
  const [witness, second] = witnesses
  const active = activeSources(census, { from, to })
  if (witness === undefined || second === undefined || 2 * witnesses.length > active.length) return false
  return active
    .filter(other => !witnesses.includes(other))
    .some(other => {
      const apart = census.apartAround(other, witness, { from, to }, NEARBY)
      return (
        apart !== undefined &&
        Math.min(apart.before.count, apart.after.count) >= LEAST_NEARBY &&
        isAbout(apart.before.median - apart.after.median, size)
      )
    })
}

/** By how much more those that jumped are away from each of the others since then; of those that can be held against each other. */
export const movedApart = (
  census: SampleSeries['census'],
  { witnesses, from, to }: Omit<Jumped, 'size'>,
): Seconds[] =>
  activeSources(census, { from, to })
    .filter(other => !witnesses.includes(other))
    .flatMap(other => census.apartAround(witnesses[0]!, other, { from, to }) ?? [])
    .filter(({ before, after }) => Math.min(before.count, after.count) >= LEAST_ROWS)
    .map(({ before, after }) => after.median - before.median)

/** Sources that were heard before and after: those who could have seen it. */
export function activeSources(
  census: SampleSeries['census'],
  { from, to }: { readonly from: Seconds; readonly to: Seconds },
): number[] {
  return census
    .sources()
    .filter(each => each.count > 4 && each.from < from && each.to > to && !Number.isNaN(each.meanOffset))
    .map(({ source }) => source)
}
