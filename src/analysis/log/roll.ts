/**
 * Who spoke, and when, and nothing else: field report 002's `awk | sort | uniq -c`, with the time from the first to the
 * last word of each source, its longest silence, and its reach: in how many of the hours of the whole log it was heard.
 */
import type { Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'

const HOUR: Seconds = 3600

export interface Heard {
  readonly source: number
  readonly count: number
  readonly from: Seconds
  readonly to: Seconds
  readonly longestSilence: Seconds
  /** From 0 to 1. */
  readonly reach: number
}

export class Roll {
  #counts = new Uint32Array(64)
  #hours = new Uint32Array(64)
  #hour = new Int32Array(64)
  #from = new Float64Array(64)
  #to = new Float64Array(64)
  #silence = new Float64Array(64)
  readonly #order: number[] = []
  /** Hours in which anybody was heard. */
  #all = 0
  #last = Number.NaN

  add({ at, source, rows }: SampleBlock): void {
    for (let row = 0; row < rows; row++) {
      const who = source[row]!
      if (who >= this.#counts.length) this.#grow(who + 1)
      const time = at[row]!
      const hour = Math.floor(time / HOUR) | 0
      if (hour !== this.#last) {
        this.#last = hour
        this.#all++
      }
      if (this.#counts[who] === 0) {
        this.#order.push(who)
        this.#from[who] = time
        this.#hours[who] = 1
      } else {
        const silence = time - this.#to[who]!
        if (silence > this.#silence[who]!) this.#silence[who] = silence
        if (hour !== this.#hour[who]) this.#hours[who]!++
      }
      this.#counts[who]!++
      this.#to[who] = time
      this.#hour[who] = hour
    }
  }

  /** The most heard first. */
  sources(): Heard[] {
    return this.#order
      .map(source => ({
        source,
        count: this.#counts[source]!,
        from: this.#from[source]!,
        to: this.#to[source]!,
        longestSilence: this.#silence[source]!,
        reach: this.#hours[source]! / this.#all,
      }))
      .sort((a, b) => b.count - a.count)
  }

  #grow(least: number): void {
    const room = Math.max(least, 2 * this.#counts.length)
    this.#counts = grown(this.#counts, new Uint32Array(room))
    this.#hours = grown(this.#hours, new Uint32Array(room))
    this.#hour = grown(this.#hour, new Int32Array(room))
    this.#from = grown(this.#from, new Float64Array(room))
    this.#to = grown(this.#to, new Float64Array(room))
    this.#silence = grown(this.#silence, new Float64Array(room))
  }
}

function grown<T extends Uint32Array | Int32Array | Float64Array>(old: T, room: T): T {
  room.set(old)
  return room
}
