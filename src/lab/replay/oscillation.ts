/**
 * What a recording shows of the oscillator. A clock that is disciplined shows nothing of it by its offset, so the frequency error is
 * the opposite of what the daemon has settled on. While ntpd has an offset to remove, or is at its limit of 500 ppm, its frequency
 * is not that of the oscillator: at the limit, what the clock gains beside it tells; else it is a guess, and the story says so.
 */

import { LIMIT } from '#analysis/log/rate/saturation.ts'
import { median, quantile } from '#core/number/quantile.ts'
import { sum } from '#core/number/sum.ts'
import { PPM, type Rate } from '#core/time/units.ts'
import type { Exchange, Frequency, Moment } from './moments.ts'
import { byHour, type Observed } from './story.ts'

/** Nearly as much as ntpd corrects. */
export const AT_THE_LIMIT: Rate = 0.99 * LIMIT
/** What was settled for less of the time than the first tells nothing, and for less than the second leaves a doubt. */
const SETTLED_PART = 0.1
const SURELY_SETTLED = 0.5
/** Who learns frequencies so far apart follows something that moves, or moves by himself. */
const MOVING: Rate = 5e-6

/** What the recording shows of the oscillator, and what it does not. */
type Oscillation = Required<Pick<Observed, 'frequencyError' | 'rates' | 'doubts'>>

/** As of the second half, when the daemon had found out; without its word, what the clock itself gains. */
export function oscillationOf(
  learned: readonly Frequency[],
  moments: readonly Moment[],
  first: Exchange,
): Oscillation {
  if (learned.length === 0) {
    const middle = moments[Math.floor(moments.length / 2)]!
    const last = moments.at(-1)!
    const rate = (last.offset - middle.offset) / Math.max(1, last.at - middle.at)
    return { frequencyError: -rate, rates: [], doubts: [UNTOLD] }
  }
  const later = learned.slice(Math.floor(learned.length / 2))
  const middle = median(later.map(({ rate }) => rate))
  if (Math.abs(middle) >= AT_THE_LIMIT && !later.some(({ settled }) => settled))
    return { frequencyError: -middle - gainsOf(moments), rates: [], doubts: [SATURATED] }
  const settled = later.filter(each => each.settled)
  const doubts = [...(settled.length < SURELY_SETTLED * later.length ? [UNSETTLED] : []), ...sayMoving(later)]
  if (settled.length < SETTLED_PART * later.length) return { frequencyError: -middle, rates: [], doubts }
  const quiet = byHour(later).filter(inside => inside.every(each => each.settled))
  return {
    frequencyError: -median(settled.map(({ rate }) => rate)),
    rates: quiet.map(inside => ({
      at: inside[0]!.at - first.clock,
      rate: -sum(inside.map(({ rate }) => rate)) / inside.length,
    })),
    doubts,
  }
}

const UNTOLD =
  'no log tells at what frequency the daemon corrected the clock (`loopstats`, `tracking.log`): what the oscillator gains is a guess by the offsets alone, which show only what the daemon left of it'
const SATURATED =
  'the daemon corrected as much as it can all the time: what the oscillator gains is told by the offsets alone, and roughly'
const UNSETTLED =
  'the daemon had still an offset to remove: what the oscillator gains is a guess, and so is what others would have made of it'

/** As most exchanges that follow each other show it; jumps are few. */
function gainsOf(moments: readonly Moment[]): Rate {
  const slopes = moments.slice(1).flatMap((after, i) => {
    const before = moments[i]!
    return after.clock > before.clock ? [(after.offset - before.offset) / (after.clock - before.clock)] : []
  })
  return slopes.length === 0 ? 0 : median(slopes)
}

function sayMoving(learned: readonly Frequency[]): string[] {
  const rates = learned.map(each => each.rate)
  const by = quantile(rates, 0.9) - quantile(rates, 0.1)
  if (by <= MOVING) return []
  return [
    `the frequency that the daemon had learned moved by ${(by / PPM).toFixed(1)} ppm: whether the oscillator did, or the daemon by itself, the log does not tell; that of the story does not`,
  ]
}
