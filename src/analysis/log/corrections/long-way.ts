/**
 * A correction that takes long: the time during which the offset (or what chronyd has left to slew) stayed large without
 * being stepped away, and how fast it became less. Half the delay of a packet may be no offset at all: a way that was slow in
 * one direction shows as much.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { Largest } from '../statistics/largest.ts'
import { MAX_SLEW } from './slew-pace.ts'

/** ntpd's step threshold: what is larger would have been stepped if that were allowed. */
const LARGE: Seconds = STEP_THRESHOLD
const MOST = 64
/** A step takes away most of it; and a part of it sooner than any daemon slews, where that is no queue. */
const MOSTLY = 0.5
const PARTLY = 0.25
const FASTEST: Rate = 2 * MAX_SLEW

export interface LongWay {
  readonly from: Seconds
  readonly to: Seconds
  readonly first: Seconds
  readonly last: Seconds
  readonly most: Seconds
  readonly rows: number
}

export class LongWays {
  readonly #kept = new Largest<LongWay>(MOST, ({ from, to }) => to - from)
  #now: { from: Seconds; to: Seconds; first: Seconds; last: Seconds; most: Seconds; rows: number } | undefined

  /** None of the offsets is worse than this. */
  add(
    at: Float64Array,
    offsets: Float64Array,
    rows: number,
    worst: Seconds,
    delays?: Float64Array | undefined,
  ): void {
    let now = this.#now
    if (!now && worst < LARGE) return
    for (let row = 0; row < rows; row++) {
      const offset = offsets[row]!
      const explained = delays ? delays[row]! / 2 : 0
      const small = Math.abs(offset) < LARGE + (explained > 0 ? explained : 0)
      if ((small && !now) || Number.isNaN(offset)) continue
      const time = at[row]!
      const stepped = now !== undefined && wasStepped(now, offset, time)
      if (now && (stepped || small)) {
        this.#kept.offer(now)
        now = undefined
      }
      if (small) continue
      if (!now) now = { from: time, to: time, first: offset, last: offset, most: offset, rows: 0 }
      now.to = time
      now.last = offset
      now.rows++
      if (Math.abs(offset) > Math.abs(now.most)) now.most = offset
    }
    this.#now = now
  }

  get all(): readonly LongWay[] {
    return this.#now ? [...this.#kept.all, this.#now] : this.#kept.all
  }
}

function wasStepped({ last, to }: Pick<LongWay, 'last' | 'to'>, offset: Seconds, at: Seconds): boolean {
  const change = Math.abs(offset - last)
  const parted = change > Math.max(LARGE, PARTLY * Math.abs(last)) && change > FASTEST * (at - to)
  return change > MOSTLY * Math.abs(last) || parted
}

/** Positive while the offset becomes less. */
export const paceOf = (way: Omit<LongWay, 'most' | 'rows'>): Rate =>
  way.to > way.from ? (Math.abs(way.first) - Math.abs(way.last)) / (way.to - way.from) : Number.NaN
