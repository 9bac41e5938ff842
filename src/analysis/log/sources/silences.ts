/**
 * Times in which no source was heard, longer than a poll: nobody answered, nobody asked, or the machine slept. ntpd's filters tell the
 * first from the last: who does not answer eight polls leaves an empty one, or is not reachable by its row, and what sleeps keeps what it had.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import { FRESH_DISPERSION } from '../disturbances/changes.ts'
import { grown } from '../statistics/grown.ts'
import { Largest } from '../statistics/largest.ts'
import { LONGEST_POLL } from './longest-poll.ts'

const MOST = 256
/** A filter with one sample in it has nearly eight seconds. */
const EMPTIED: Seconds = 4

export interface HeardNobody {
  readonly from: Seconds
  readonly to: Seconds
  /** In ntpd's filter of the first source that was heard again there were samples from before. */
  readonly kept: boolean
  /** What that one found. */
  readonly offset: Seconds
}

export class Silences {
  readonly #longest = new Largest<HeardNobody>(MOST, ({ from, to }) => to - from)
  readonly #fresh = new Largest<HeardNobody>(MOST, ({ offset }) => Math.abs(offset))
  /** When each source was heard last; not a number where nobody had answered since. */
  #heard: Float64Array = new Float64Array(16).fill(Number.NaN)
  /** What each found when it was. */
  #found: Float64Array = new Float64Array(16).fill(Number.NaN)
  #last: Seconds = Number.POSITIVE_INFINITY
  #offset: Seconds = Number.NaN

  add({ at, source, offset, dispersion, exchanges, daemon, rows }: SampleBlock): void {
    const measured = exchanges && daemon !== 'ntpd'
    let last = this.#last
    for (let row = 0; row < rows; row++) {
      const time = at[row]!
      if (time - last > LONGEST_POLL)
        this.#longest.offer({
          from: last,
          to: time,
          kept: !exchanges && !Number.isNaN(offset[row]) && dispersion[row]! < EMPTIED,
          offset: offset[row]!,
        })
      last = time
      if (measured) continue
      const value = offset[row]!
      const who = source[row]!
      if (Number.isNaN(value)) {
        if (who < this.#heard.length) this.#heard[who] = Number.NaN
        continue
      }
      if (who >= this.#heard.length) this.#makeRoom(who)
      const from = this.#heard[who]!
      if (
        (exchanges ? isNew(value, this.#found[who]!) : dispersion[row]! > FRESH_DISPERSION) &&
        !Number.isNaN(from) &&
        isNew(value, this.#offset)
      )
        this.#fresh.offer({ from, to: time, kept: false, offset: value })
      this.#heard[who] = time
      this.#found[who] = value
      this.#offset = value
    }
    this.#last = last
  }

  #makeRoom(source: number): void {
    const had = this.#heard.length
    this.#heard = grown(this.#heard, source + 1)
    this.#heard.fill(Number.NaN, had)
    this.#found = grown(this.#found, this.#heard.length)
  }

  get all(): readonly HeardNobody[] {
    return this.#longest.all
  }

  /**
   * Those of one source that ended with an offset beyond what is slewed, where the clock had been right by all; and with an empty filter,
   * but in single exchanges, which have none.
   */
  get fresh(): readonly HeardNobody[] {
    return this.#fresh.all
  }
}

const isNew = (offset: Seconds, before: Seconds): boolean =>
  Math.abs(offset) > STEP_THRESHOLD && Math.abs(before) < STEP_THRESHOLD
