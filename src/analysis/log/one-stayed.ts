/**
 * Whether a source is as far from those that jumped, ever since, as they jumped: had the clock moved, it had moved against
 * all.
 */
import type { Seconds } from '#core/time/units.ts'
import { isAbout } from './alike.ts'
import type { SampleSeries } from './host-log.ts'

/** With fewer moments in common two sources are not held against each other. */
const LEAST_ROWS = 8

export interface Jumped {
  readonly witnesses: readonly number[]
  readonly from: Seconds
  readonly to: Seconds
  readonly size: Seconds
}

export const oneStayed = ({ census }: SampleSeries, jumped: Jumped): boolean =>
  movedApart(census, jumped).some(by => isAbout(by, jumped.size))

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
