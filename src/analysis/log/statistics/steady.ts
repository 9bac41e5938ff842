/**
 * The steady part of a run (field report 004 tells it apart from the full run): the longest stretch in which no offset was
 * far above the usual one, so that a start, a pause or an outage does not count.
 */
import type { Seconds } from '#core/time/units.ts'
import type { OffsetMeasures } from '../host-log.ts'

/** How many times the median size an offset may have in the steady part. */
const STEADY = 8
/** Shorter than this part of the run it says nothing; longer than that it is the run. */
const WORTH = { least: 0.1, most: 0.998 }

export interface Span {
  readonly from: Seconds
  readonly to: Seconds
}

/** Undefined when it is all of the run, or hardly any. */
export function steadyPart({ envelope, sizes }: OffsetMeasures): Span | undefined {
  const buckets = envelope.buckets()
  if (buckets.length < 2) return undefined
  const bound = STEADY * sizes.at(0.5)
  const whole = buckets.at(-1)!.to - buckets[0]!.from
  let best = { from: 0, to: 0 }
  let from: Seconds | undefined
  for (const { from: begins, to, min, max } of buckets) {
    if (max > bound || min < -bound) from = undefined
    else {
      from ??= begins
      if (to - from > best.to - best.from) best = { from, to }
    }
  }
  const share = (best.to - best.from) / whole
  return share < WORTH.least || share > WORTH.most ? undefined : best
}
