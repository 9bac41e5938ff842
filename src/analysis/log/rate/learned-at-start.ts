/**
 * What ntpd learns first: without a drift file it measures for five minutes, divides the offset that it has then by that time, and
 * takes the quotient for the clock's rate. If the clock was wrong from the start and may only be slewed, that is the offset, and no
 * rate: the clock then runs through zero and away to the other side, until the loop has unlearned it. Both show in the first two
 * rows of loopstats. Of a clock that is slewed meanwhile the quotient is off by some ppm, which the loop learns in hours: the clock leaves
 * zero again, and comes back.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { UpdateBlock } from '#core/trace/series.ts'
import type { Astray } from '../corrections/astray.ts'
import type { LongWay } from '../corrections/long-way.ts'
import { LIMIT } from './saturation.ts'

const SAME = 0.05
/** A crystal is hardly that far off. */
const LEAST: Rate = 100e-6
/** It goes to the other side within hours. */
const SOON: Seconds = 3 * 3600
/** A random walk of the rate takes part in it. */
const MOST_OF = 0.7

export interface Learned {
  readonly at: Seconds
  readonly offset: Seconds
  readonly frequency: Rate
}

export class FirstRate {
  readonly #rows: Learned[] = []
  #last: Rate = Number.NaN

  add({ at, offset, frequency, rows }: UpdateBlock): void {
    if (rows > 0) this.#last = frequency[rows - 1]!
    for (let row = 0; row < rows && this.#rows.length < 2; row++)
      this.#rows.push({ at: at[row]!, offset: offset[row]!, frequency: frequency[row]! })
  }

  /** What it learned without a drift file. */
  get first(): Learned | undefined {
    const [before, after] = this.#rows
    return before?.frequency === 0 ? after : undefined
  }

  /** By how much that was off, as it has learned since. */
  get missed(): Rate {
    return this.#last - (this.first?.frequency ?? Number.NaN)
  }

  /** Where the quotient was taken for a rate. */
  get learned(): Learned | undefined {
    const [before] = this.#rows
    const after = this.first
    if (!before || !after) return undefined
    const quotient = after.offset / (after.at - before.at)
    const limited = Math.max(-LIMIT, Math.min(LIMIT, quotient))
    const same = Math.abs(after.frequency - limited) < SAME * Math.abs(limited)
    return same && Math.abs(limited) >= LEAST ? after : undefined
  }
}

/** Whether the clock was off as what was learned first was not yet the rate that it has: to that side, and by no more than that makes. */
export function wasLearning(
  { from, to, most }: Pick<Astray, 'from' | 'to' | 'most'>,
  { first, missed }: FirstRate,
): boolean {
  if (!first || from > first.at + SOON) return false
  const ran = missed * (to - first.at)
  return most * ran > 0 && MOST_OF * Math.abs(most) < Math.abs(ran)
}

/** Whether the clock was there because it ran on with what was learned. */
export const isOvershoot = ({ from, most }: LongWay, learned: Learned | undefined): boolean =>
  learned !== undefined && from > learned.at && from < learned.at + SOON && most * learned.offset < 0
