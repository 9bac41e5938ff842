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

export function oneStayed({ census }: SampleSeries, { witnesses, from, to, size }: Jumped): boolean {
  return activeSources(census, { from, to }).some(other => {
    const apart = witnesses.includes(other)
      ? undefined
      : census.apartAround(witnesses[0]!, other, { from, to })
    if (!apart || Math.min(apart.before.count, apart.after.count) < LEAST_ROWS) return false
    return isAbout(apart.after.median - apart.before.median, size)
  })
}

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
