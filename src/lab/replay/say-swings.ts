/** A recording whose offset swings: the story made of it has no such thing. */
import { Swings } from '#analysis/log/swings/swings.ts'
import { median, quantile } from '#core/number/quantile.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Moment } from './moments.ts'
import type { Observed } from './story.ts'

/** So large are swings that are worth saying, and so many make three times to and fro. */
const WORTH_SAYING: Seconds = 0.01
const FEWEST_SWINGS = 6
/** What swings for so long behind a disturbance is how it was corrected. */
const SETTLING: Seconds = 3600
/** They grow where the last third is so much larger than the first. */
const GROWING = 1.5

/** Offsets that go from one side to the other and back, again and again, and not because of what happened. */
export function saySwings(
  moments: readonly Moment[],
  { pauses, steps }: Pick<Observed, 'pauses' | 'steps'>,
): string[] {
  const swings = new Swings()
  const at = Float64Array.from(moments, each => each.at)
  const offset = Float64Array.from(moments, each => each.offset)
  swings.add({ at, offset, rows: at.length }, Number.POSITIVE_INFINITY)
  const disturbed = [...pauses, ...steps]
  const large = swings.all
    .filter(({ peak }) => Math.abs(peak) >= WORTH_SAYING)
    .filter(swing => disturbed.every(each => swing.at < each.at || swing.at > each.at + SETTLING))
  if (large.length < FEWEST_SWINGS || large.length < swings.count / 2) return []
  if (2 * disturbed.length > large.length) return []
  const halves = large.slice(1).map((each, i) => each.at - large[i]!.at)
  const peaks = large.map(({ peak }) => Math.abs(peak))
  const third = Math.floor(peaks.length / 3)
  const grows = median(peaks.slice(-third)) > GROWING * median(peaks.slice(0, third))
  const size = duration(quantile(peaks, 0.9))
  return [
    `the offset swung from one side to the other ${large.length} times, about once in ${duration(median(halves))}, by up to ${size}${grows ? ', and ever further' : ''}: the oscillator of the story does not swing, and whom it plays has it easier`,
  ]
}
