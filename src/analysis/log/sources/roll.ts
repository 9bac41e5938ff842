/**
 * Who spoke, and when, and nothing else: field report 002's `awk | sort | uniq -c`, with the time from the first to the
 * last word of each source, its longest silence (up to the end of the log perhaps), and its reach: in how many of the hours of the whole log it was heard.
 */
import type { Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import { movedInto } from '../statistics/grown.ts'

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
    let counts = this.#counts
    let tos = this.#to
    let hours = this.#hour
    let silences = this.#silence
    // Rows come in bunches for one hour.
    let hour = this.#last
    let from = hour * HOUR
    let to = from + HOUR
    for (let row = 0; row < rows; row++) {
      const who = source[row]!
      const time = at[row]!
      if (!(time >= from && time < to)) {
        hour = Math.floor(time / HOUR)
        from = hour * HOUR
        to = from + HOUR
        this.#all++
      }
      if (who >= counts.length) {
        this.#grow(who + 1)
        counts = this.#counts
        tos = this.#to
        hours = this.#hour
        silences = this.#silence
      }
      if (counts[who] === 0) {
        this.#order.push(who)
        this.#from[who] = time
        this.#hours[who] = 1
      } else {
        const silence = time - tos[who]!
        if (silence > silences[who]!) silences[who] = silence
        if (hour !== hours[who]) this.#hours[who]!++
      }
      counts[who]!++
      tos[who] = time
      hours[who] = hour
    }
    this.#last = hour
  }

  /** The most heard first. */
  sources(): Heard[] {
    const end = Math.max(...this.#order.map(source => this.#to[source]!))
    return this.#order
      .map(source => ({
        source,
        count: this.#counts[source]!,
        from: this.#from[source]!,
        to: this.#to[source]!,
        longestSilence: Math.max(this.#silence[source]!, end - this.#to[source]!),
        reach: this.#hours[source]! / this.#all,
      }))
      .sort((a, b) => b.count - a.count)
  }

  #grow(least: number): void {
    const room = Math.max(least, 2 * this.#counts.length)
    this.#counts = movedInto(new Uint32Array(room), this.#counts)
    this.#hours = movedInto(new Uint32Array(room), this.#hours)
    this.#hour = movedInto(new Int32Array(room), this.#hour)
    this.#from = movedInto(new Float64Array(room), this.#from)
    this.#to = movedInto(new Float64Array(room), this.#to)
    this.#silence = movedInto(new Float64Array(room), this.#silence)
  }
}
