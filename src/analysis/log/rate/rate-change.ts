/**
 * A clock whose rate changed at once, and stayed so: a guest that landed on a host with another counter. Told from the
 * frequency that chronyd holds, which follows within minutes; temperature changes it by little, and slowly. Until chronyd has
 * learned it, the offset runs away, and from one poll to the next that looks like a jump.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Disturbance } from '../disturbances/disturbance.ts'
import { LONGEST_POLL } from '../sources/longest-poll.ts'
import type { Bucket } from '../statistics/envelope.ts'
import type { Summary } from '../statistics/windows.ts'

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
/** Moments at which it was seen. */
const LEAST_RAMPS = 6
/** Of these most are of one rate. */
const MOSTLY = 0.75
/** As often as it ran. */
const OFTEN = 0.25
/** Rates are learned a little too high at first. */
const MARGIN = 1.3

export interface RateChange {
  /** Between these the correction went from the one to the other. */
  readonly from: Seconds
  readonly to: Seconds
  /** Corrections: negative for a clock that gains. */
  readonly before: Rate
  readonly after: Rate
  /** Until then the clock ran away; where it is not said, until chronyd knew the new rate. */
  readonly held?: Seconds
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

/**
 * The same of ntpd, which learns it in hours: what it corrected before, and what it corrects and what the clock loses in spite of that
 * since then. A clock that ran away from the beginning did not change. One that was moved back runs away to the other side: of these the first.
 */
export function ranAwayAt(
  ramps: readonly Summary[],
  frequencies: readonly Bucket[],
  stood: readonly Summary[],
): RateChange | undefined {
  const all = ranAwayIn(ramps, frequencies, stood)
  const turn = ramps.find(({ mean }) => mean * ramps[0]!.mean < 0)?.from
  if (all || turn === undefined) return all
  const until = frequencies.filter(({ to }) => to <= turn)
  return ranAwayIn(
    ramps.filter(({ from }) => from < turn),
    until,
    stood,
  )
}

/** The same of one such time. */
function ranAwayIn(
  ramps: readonly Summary[],
  frequencies: readonly Bucket[],
  stood: readonly Summary[],
): RateChange | undefined {
  const [start, end] = [frequencies[0], frequencies.at(-1)]
  if (!start || !end) return undefined
  const own = ({ from, mean, count }: Summary) => {
    const corrected = frequencies.findLast(bucket => bucket.from <= from) ?? start
    return { from, rate: corrected.last + mean, count }
  }
  const rates = ramps.map(own)
  const later = rates.filter(({ from }) => from > start.from + START)
  if (later.length < LEAST_RAMPS) return undefined
  const before = levelOf(frequencies.filter(({ to }) => to < later[0]!.from - LEARNT))
  const shown = upperMedian(later.map(({ rate }) => rate))
  // As long as it runs away ntpd works against it: what it holds in the end may be more.
  const after = (end.last - before) / (shown - before) > 1 ? end.last : shown
  const size = after - before
  const alike = rates.filter(({ rate }) => within((rate - before) / size))
  const [first] = alike
  if (!first || !(Math.abs(size) >= LEAST) || alike.length < MOSTLY * rates.length) return undefined
  // A clock that jumps again and again goes as it did from one jump to the next.
  const asBefore = stood
    .map(own)
    .filter(({ from }) => from >= first.from && from <= alike.at(-1)!.from)
    .filter(({ rate }) => Math.abs(rate - before) < SHARE * Math.abs(size))
  if (countOf(asBefore) > OFTEN * countOf(alike)) return undefined
  return first.from < start.from + START
    ? undefined
    : { from: first.from, to: first.from, before, after, held: alike.at(-1)!.from + LEARNT }
}

const countOf = (all: readonly { readonly count: number }[]): number =>
  all.reduce((sum, { count }) => sum + count, 0)

const within = (share: number): boolean => share > 0.5 && share < 2

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

export const levelOf = (buckets: readonly Bucket[]): Rate => upperMedian(buckets.map(({ last }) => last))

const spreadOf = (buckets: readonly Bucket[], level: Rate): Rate =>
  upperMedian(buckets.map(({ last }) => Math.abs(last - level)))

/** Whether the offset had only run away between two polls, at a rate that was not yet corrected. `steps`: up to how much ntpd set meanwhile. */
export function ranAway(
  { size, uncertainty, local, seenIn = 0 }: Pick<Disturbance, 'size' | 'uncertainty' | 'local' | 'seenIn'>,
  { from, to, before, after, held }: RateChange,
  steps: Seconds,
): boolean {
  // ntpd's filter may show a sample that is older by a poll and more.
  const time = held === undefined ? local.to - local.from : seenIn + LONGEST_POLL
  const most = MARGIN * Math.abs(after - before) * time
  const meanwhile = local.to > from - LEARNT && local.from < (held ?? to)
  if (!meanwhile || Math.abs(size) - uncertainty >= most + steps) return false
  // Of a step of ntpd's some sources are heard in the same second.
  return size * (after - before) > 0 || Math.abs(size) - uncertainty < steps
}
