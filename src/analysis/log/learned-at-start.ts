/**
 * What ntpd learns first: without a drift file it measures for five minutes, divides the offset that it has then by that time, and
 * takes the quotient for the clock's rate. If the clock was wrong from the start and may only be slewed, that is the offset, and no
 * rate: the clock then runs through zero and away to the other side, until the loop has unlearned it. Both show in the first two
 * rows of loopstats.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { UpdateBlock } from '#core/trace/series.ts'
import type { LongWay } from './long-way.ts'
import { LIMIT } from './saturation.ts'

const SAME = 0.05
/** A crystal is hardly that far off. */
const LEAST: Rate = 100e-6
/** It goes to the other side within hours. */
const SOON: Seconds = 3 * 3600

export interface Learned {
  readonly at: Seconds
  readonly offset: Seconds
  readonly frequency: Rate
}

export class FirstRate {
  readonly #rows: Learned[] = []

  add({ at, offset, frequency, rows }: UpdateBlock): void {
    for (let row = 0; row < rows && this.#rows.length < 2; row++)
      this.#rows.push({ at: at[row]!, offset: offset[row]!, frequency: frequency[row]! })
  }

  /** Where the quotient was taken for a rate. */
  get learned(): Learned | undefined {
    const [before, after] = this.#rows
    if (!before || !after || before.frequency !== 0) return undefined
    const quotient = after.offset / (after.at - before.at)
    const limited = Math.max(-LIMIT, Math.min(LIMIT, quotient))
    const same = Math.abs(after.frequency - limited) < SAME * Math.abs(limited)
    return same && Math.abs(limited) >= LEAST ? after : undefined
  }
}

/** Whether the clock was there because it ran on with what was learned. */
export const isOvershoot = ({ from, most }: LongWay, learned: Learned | undefined): boolean =>
  learned !== undefined && from > learned.at && from < learned.at + SOON && most * learned.offset < 0
