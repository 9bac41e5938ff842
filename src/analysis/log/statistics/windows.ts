/**
 * How the values of a series were in each of many windows of time: from these come the statistics of any part of it, such as
 * the part in which nothing happened. There are at most 1024; when time runs out of the last one, pairs are joined. Of each the first
 * value stays as it was: what a mean would have averaged away.
 */
import type { Seconds } from '#core/time/units.ts'

const WINDOWS = 1024

export interface Summary {
  readonly from: Seconds
  readonly to: Seconds
  readonly count: number
  readonly mean: number
  readonly rms: number
  /** Around the mean. */
  readonly deviation: number
  readonly least: number
  readonly most: number
}

/** With what was measured first in it. */
export interface Begun extends Summary {
  readonly first: number
  readonly firstAt: Seconds
}

interface Sums {
  readonly first: number
  readonly firstAt: Seconds
  readonly count: number
  readonly sum: number
  readonly squares: number
  readonly min: number
  readonly max: number
}

export class Windows {
  #origin = Number.NaN
  #width: Seconds = 1
  readonly #count = new Float64Array(WINDOWS)
  readonly #sum = new Float64Array(WINDOWS)
  readonly #squares = new Float64Array(WINDOWS)
  readonly #min = new Float64Array(WINDOWS).fill(Number.POSITIVE_INFINITY)
  readonly #max = new Float64Array(WINDOWS).fill(Number.NEGATIVE_INFINITY)
  readonly #first = new Float64Array(WINDOWS)
  /** Since the origin. */
  readonly #firstAt = new Float64Array(WINDOWS).fill(Number.POSITIVE_INFINITY)

  add(at: Float64Array, values: Float64Array, rows: number): void {
    let origin = this.#origin
    let width = this.#width
    // Rows come in bunches for one window, which is written when it is left.
    let window = -1
    let from = 0
    let to = 0
    let count = 0
    let sum = 0
    let squares = 0
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    let first = Number.NaN
    let firstAt = Number.NaN
    for (let row = 0; row < rows; row++) {
      const value = values[row]!
      if (Number.isNaN(value)) continue
      let since = at[row]! - origin
      if (!(since >= from && since < to)) {
        if (Number.isNaN(origin)) {
          origin = this.#origin = at[row]!
          since = 0
        }
        // A clock that was set back writes earlier times; before the beginning they stay in the first window.
        if (since < 0) since = 0
        if (window >= 0) this.#put(window, { count, sum, squares, min, max, first, firstAt })
        while (since >= WINDOWS * width) width = this.#widen()
        window = Math.floor(since / width)
        from = window * width
        to = from + width
        count = 0
        sum = 0
        squares = 0
        min = Number.POSITIVE_INFINITY
        max = Number.NEGATIVE_INFINITY
        first = value
        firstAt = since
      }
      count++
      sum += value
      squares += value * value
      if (value < min) min = value
      if (value > max) max = value
    }
    if (window >= 0) this.#put(window, { count, sum, squares, min, max, first, firstAt })
  }

  #put(window: number, of: Sums): void {
    this.#count[window]! += of.count
    this.#sum[window]! += of.sum
    this.#squares[window]! += of.squares
    if (of.min < this.#min[window]!) this.#min[window] = of.min
    if (of.max > this.#max[window]!) this.#max[window] = of.max
    if (of.firstAt < this.#firstAt[window]!) {
      this.#first[window] = of.first
      this.#firstAt[window] = of.firstAt
    }
  }

  /** Of all values. */
  get whole(): Summary {
    return this.#summary(0, WINDOWS)
  }

  /** Those with values, neighbours joined so that there are at most so many. */
  all(most: number): Summary[] {
    return this.#joined(this.#factor(most)).map(({ one }) => one)
  }

  /** The same, each with how it began. */
  begun(most: number): Begun[] {
    return this.#joined(this.#factor(most)).map(({ one, begin, end }) => {
      const holds = this.#count.subarray(begin, end).findIndex(count => count > 0) + begin
      return { ...one, first: this.#first[holds]!, firstAt: this.#origin + this.#firstAt[holds]! }
    })
  }

  /** Those with values, each of so much time: a power of two, and no less than the width is. */
  wide(width: Seconds): Summary[] {
    return this.#joined(Math.max(1, Math.round(width / this.#width))).map(({ one }) => one)
  }

  /** A power of two. */
  get width(): Seconds {
    return this.#width
  }

  get #used(): number {
    return this.#count.findLastIndex(count => count > 0) + 1
  }

  #factor(most: number): number {
    return Math.max(1, Math.ceil(this.#used / most))
  }

  #joined(factor: number): { one: Summary; begin: number; end: number }[] {
    const used = this.#used
    const all: { one: Summary; begin: number; end: number }[] = []
    for (let begin = 0; begin < used; begin += factor) {
      const end = Math.min(used, begin + factor)
      const one = this.#summary(begin, end)
      if (one.count > 0) all.push({ one, begin, end })
    }
    return all
  }

  /** Of the windows that lie between these; undefined without values there. */
  between(from: Seconds, to: Seconds): Summary | undefined {
    const begin = Math.ceil((from - this.#origin) / this.#width - 1e-9)
    const end = Math.floor((to - this.#origin) / this.#width + 1e-9)
    const one = this.#summary(Math.max(0, begin), Math.min(WINDOWS, end))
    return one.count > 0 ? one : undefined
  }

  #summary(begin: number, end: number): Summary {
    let [count, sum, squares] = [0, 0, 0]
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let i = begin; i < end; i++) {
      count += this.#count[i]!
      sum += this.#sum[i]!
      squares += this.#squares[i]!
      least = Math.min(least, this.#min[i]!)
      most = Math.max(most, this.#max[i]!)
    }
    const mean = sum / count
    return {
      from: this.#origin + begin * this.#width,
      to: this.#origin + end * this.#width,
      count,
      mean,
      rms: Math.sqrt(squares / count),
      deviation: Math.sqrt(Math.max(0, squares / count - mean ** 2)),
      least,
      most,
    }
  }

  /** Joins pairs; answers the new width. */
  #widen(): Seconds {
    this.#width *= 2
    for (let i = 0; i < WINDOWS / 2; i++) {
      const [a, b] = [2 * i, 2 * i + 1]
      const holds = this.#count[a]! > 0 ? a : b
      this.#first[i] = this.#first[holds]!
      this.#firstAt[i] = this.#firstAt[holds]!
      this.#count[i] = this.#count[a]! + this.#count[b]!
      this.#sum[i] = this.#sum[a]! + this.#sum[b]!
      this.#squares[i] = this.#squares[a]! + this.#squares[b]!
      this.#min[i] = Math.min(this.#min[a]!, this.#min[b]!)
      this.#max[i] = Math.max(this.#max[a]!, this.#max[b]!)
    }
    for (const sums of [this.#count, this.#sum, this.#squares]) sums.fill(0, WINDOWS / 2)
    this.#min.fill(Number.POSITIVE_INFINITY, WINDOWS / 2)
    this.#max.fill(Number.NEGATIVE_INFINITY, WINDOWS / 2)
    this.#firstAt.fill(Number.POSITIVE_INFINITY, WINDOWS / 2)
    return this.#width
  }
}
