/**
 * A clock whose rate changed at once, and stayed so: a guest that landed on a host with another counter. Told from the
 * frequency that chronyd holds, which follows within minutes; temperature changes it by little, and slowly. Until chronyd has
 * learned it, the offset runs away, and from one poll to the next that looks like a jump.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Disturbance } from './disturbance.ts'
import type { Bucket } from './envelope.ts'
import { medianOf } from './thinned.ts'

/** No crystal changes by so much at once. */
const LEAST: Rate = 30e-6
/** Of what the rate varies by on either side. */
const CLEARLY = 10
/** On either side. */
const LEAST_BUCKETS = 8
/** What is learned after a start is no change, and what takes longer is weather. */
const START: Seconds = 3600
const SOON: Seconds = 1800
/** Of the change, on either side of it. */
const SHARE = 0.2
/** From the change until it is known, and polls of ten minutes and more. */
const LEARNT: Seconds = 3600
/** Rates are learned a little too high at first. */
const MARGIN = 1.3

export interface RateChange {
  /** Between these the correction went from the one to the other. */
  readonly from: Seconds
  readonly to: Seconds
  /** Corrections: negative for a clock that gains. */
  readonly before: Rate
  readonly after: Rate
}

export function rateChangeOf(buckets: readonly Bucket[]): RateChange | undefined {
  const [first] = buckets
  const split = first ? splitOf(buckets) : 0
  if (!first || Math.min(split, buckets.length - split) < LEAST_BUCKETS) return undefined
  const [early, late] = [buckets.slice(0, split), buckets.slice(split)]
  const [before, after] = [levelOf(early), levelOf(late)]
  const size = Math.abs(after - before)
  if (size < LEAST || size < CLEARLY * Math.max(spreadOf(early, before), spreadOf(late, after)))
    return undefined
  const near = (level: Rate) => (bucket: Bucket) => Math.abs(bucket.last - level) < SHARE * size
  const from = early.findLast(near(before))!.to
  const to = late.find(near(after))!.from
  return from - first.from < START || to - from > SOON ? undefined : { from, to, before, after }
}

/** Where the means on both sides differ most, each side weighed by its length. */
function splitOf(buckets: readonly Bucket[]): number {
  const total = buckets.reduce((sum, { last }) => sum + last, 0)
  let best = 0
  let most = 0
  let sum = 0
  for (let i = 1; i < buckets.length; i++) {
    sum += buckets[i - 1]!.last
    const rest = buckets.length - i
    const apart = (i * rest * (sum / i - (total - sum) / rest) ** 2) / buckets.length
    if (apart > most) [best, most] = [i, apart]
  }
  return best
}

const levelOf = (buckets: readonly Bucket[]): Rate => medianOf(buckets.map(({ last }) => last))

const spreadOf = (buckets: readonly Bucket[], level: Rate): Rate =>
  medianOf(buckets.map(({ last }) => Math.abs(last - level)))

/** Whether the offset had only run away between two polls, at a rate that was not yet known. */
export const ranAway = (
  { size, uncertainty, local }: Disturbance,
  { from, to, before, after }: RateChange,
): boolean =>
  local.to > from - LEARNT &&
  local.from < to &&
  size * (after - before) > 0 &&
  Math.abs(size) - uncertainty < MARGIN * Math.abs(after - before) * (local.to - local.from)
