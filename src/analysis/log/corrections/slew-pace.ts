/**
 * Whether chronyd is slewing, told by the pace of its polls. It measures against a clock on which each correction counts as
 * done from its first moment, so offsets say nothing of a slew. But it waits by the clock as it runs, 2^poll s and by chance
 * up to 2 % more (SAMPLING_RANDOMNESS in ntp_core.c), and stamps by the clock as it should be: while it slews at its
 * maxslewrate, 1/12 unless configured otherwise, waits come out longer or shorter by that. (Peers are polled 10 % less often:
 * that is another ratio.)
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import type { SourceCount } from '../sources/census.ts'
import { grown } from '../statistics/grown.ts'
import { Largest } from '../statistics/largest.ts'

export const MAX_SLEW: Rate = 1 / 12
/** Waits that belong to one rate, and what they must add up to, for stamps of whole seconds. */
const WAITS = 12
const LEAST: Seconds = 600
/** The mean of what chance adds. */
const CHANCE = 1.01
/** Another wait is one of another poll, or of polls that were not answered. */
const USUAL = { least: 0.9, most: 1.14 } as const
const SHORTEST: Seconds = 12
/** To leave out the waits that rounding made short would make the others long. */
const STAMPED: Seconds = 1
const ALIKE: Rate = 0.006
/** It makes a poll twice as long at once, 1024 s at most, and two answers may be lost: after more nobody asked, or nobody answered. */
const LONGER = 4
const LONGEST: Seconds = 1024
/** Offsets beyond this are the beginning of a slew, if it was not a step. */
const LARGE: Seconds = 1
const MOST = 256

const FIELDS = 7
const AT = 0
const WAITED = 1
const POLLS = 2
const COUNT = 3
const SINCE = 4
const OFFSET = 5
const POLL = 6

export interface PacedSlew {
  readonly source: number
  readonly from: Seconds
  to: Seconds
  /** When it was over for sure; endless where the log ends before. */
  until: Seconds
  /** 1: the clock is behind, and runs faster. -1: it is ahead, and runs slower. */
  readonly side: 1 | -1
  /** The offset that was measured right before it; NaN where it had begun before the log. */
  readonly size: Seconds
}

export class SlewPace {
  #state: Float64Array = new Float64Array(16 * FIELDS).fill(Number.NaN)
  readonly #kept = new Largest<PacedSlew>(MOST, ({ from, to }) => to - from)
  readonly #open = new Map<number, PacedSlew>()

  add({ at, source, offset, rows }: SampleBlock): void {
    for (let row = 0; row < rows; row++) {
      const value = offset[row]!
      if (Number.isNaN(value)) continue
      const who = source[row]!
      const s = who * FIELDS
      if (s + FIELDS > this.#state.length) {
        const filled = this.#state.length
        this.#state = grown(this.#state, s + FIELDS).fill(Number.NaN, filled)
      }
      const state = this.#state
      const time = at[row]!
      const wait = time - state[s + AT]!
      state[s + AT] = time
      if (Math.abs(value) >= LARGE) {
        this.#begin(who, Number.NaN)
        state[s + OFFSET] = value
        continue
      }
      // Also the first row, and the first after the stamps were put right.
      if (Number.isNaN(state[s + SINCE]!)) {
        this.#begin(who, time)
        continue
      }
      const poll = 2 ** Math.round(Math.log2(wait / CHANCE))
      const longer = poll > Math.max(LONGEST, LONGER * state[s + POLL]!)
      state[s + POLL] = poll
      if (longer) continue
      if (!(wait >= SHORTEST && wait + STAMPED > USUAL.least * poll && wait - STAMPED < USUAL.most * poll))
        continue
      state[s + WAITED]! += wait
      state[s + POLLS]! += poll
      if (++state[s + COUNT]! < WAITS || state[s + POLLS]! < LEAST) continue
      this.#judge(who, time)
      this.#begin(who, time)
      state[s + OFFSET] = Number.NaN
    }
  }

  /** Those that show in the polls of most sources that were heard then: once for each of them. */
  seenBy(sources: readonly Pick<SourceCount, 'source' | 'from' | 'to' | 'count'>[]): PacedSlew[] {
    const all = [...this.#kept.all, ...this.#open.values()]
    return all.filter(({ from, to, side }) => {
      const seen = all.filter(each => each.side === side && each.from < to && each.to > from)
      const heard = sources.filter(each => each.count > WAITS && each.from < to && each.to > from)
      return 2 * new Set(seen.map(({ source }) => source)).size > heard.length
    })
  }

  #begin(who: number, since: Seconds): void {
    const state = this.#state
    const s = who * FIELDS
    state[s + SINCE] = since
    state[s + WAITED] = state[s + POLLS] = state[s + COUNT] = 0
    if (Number.isNaN(since)) this.#close(who, state[s + AT]!)
  }

  #judge(who: number, time: Seconds): void {
    const state = this.#state
    const s = who * FIELDS
    const rate = 1 - (CHANCE * state[s + POLLS]!) / state[s + WAITED]!
    const side = rate > 0 ? -1 : 1
    const open = this.#open.get(who)
    if (Math.abs(Math.abs(rate) - MAX_SLEW) > ALIKE) this.#close(who, time)
    else if (open?.side === side) open.to = time
    else {
      this.#close(who, time)
      this.#open.set(who, {
        source: who,
        from: state[s + SINCE]!,
        to: time,
        until: Number.POSITIVE_INFINITY,
        side,
        size: Math.sign(state[s + OFFSET]!) === side ? state[s + OFFSET]! : Number.NaN,
      })
    }
  }

  #close(who: number, time: Seconds): void {
    const open = this.#open.get(who)
    if (!open) return
    // Stamps of a clock that was set are of another time.
    open.until = Math.max(open.to, time)
    this.#kept.offer(open)
    this.#open.delete(who)
  }
}
