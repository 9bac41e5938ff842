/**
 * What a plot needs of a series, however long it is: for each of at most 2048 buckets of time the first, last, smallest
 * and largest value. When time runs out of the last bucket, pairs are joined and each bucket is twice as wide. Of stamps that were
 * there twice, since the clock was set back, those after that count.
 */
import type { Seconds } from '#core/time/units.ts'

const BUCKETS = 2048
/** How long a daemon waits at most, until it measures again. */
const WAIT: Seconds = 3600
/** Of what its offset is rounded to, and the network adds. */
const NEARLY = 0.9

export interface Bucket {
  readonly from: Seconds
  readonly to: Seconds
  readonly first: number
  readonly last: number
  readonly min: number
  readonly max: number
}

export class Envelope {
  #origin = Number.NaN
  #width = 1
  readonly #first = new Float64Array(BUCKETS).fill(Number.NaN)
  readonly #last = new Float64Array(BUCKETS).fill(Number.NaN)
  readonly #min = new Float64Array(BUCKETS).fill(Number.POSITIVE_INFINITY)
  readonly #max = new Float64Array(BUCKETS).fill(Number.NEGATIVE_INFINITY)

  add(at: Float64Array, values: Float64Array, rows: number): void {
    const firsts = this.#first
    const lasts = this.#last
    const mins = this.#min
    const maxs = this.#max
    let origin = this.#origin
    let width = this.#width
    // Rows come in bunches for one bucket, which is written when it is left.
    let bucket = -1
    let from = 0
    let to = 0
    let last = 0
    let min = 0
    let max = 0
    for (let row = 0; row < rows; row++) {
      const value = values[row]!
      const time = at[row]!
      if (Number.isNaN(value)) continue
      let since = time - origin
      if (!(since >= from && since < to)) {
        if (Number.isNaN(time)) continue
        if (Number.isNaN(origin)) {
          origin = this.#origin = time
          since = 0
        }
        // A clock that was set back writes earlier times; before the beginning they stay in the first bucket.
        if (since < 0) since = 0
        if (bucket >= 0) {
          lasts[bucket] = last
          mins[bucket] = min
          maxs[bucket] = max
        }
        while (since >= BUCKETS * width) width = this.#widen()
        const left = bucket
        bucket = Math.floor(since / width)
        if (bucket < left && row > 0 && wasSetBack(at[row - 1]! - time, value - last))
          this.#forget(bucket, left)
        from = bucket * width
        to = from + width
        if (Number.isNaN(firsts[bucket]!)) firsts[bucket] = value
        min = mins[bucket]!
        max = maxs[bucket]!
      }
      last = value
      if (value < min) min = value
      if (value > max) max = value
    }
    if (bucket >= 0) {
      lasts[bucket] = last
      mins[bucket] = min
      maxs[bucket] = max
    }
  }

  buckets(): Bucket[] {
    const all: Bucket[] = []
    for (let i = 0; i < BUCKETS; i++) {
      if (Number.isNaN(this.#first[i]!)) continue
      const from = this.#origin + i * this.#width
      all.push({
        from,
        to: from + this.#width,
        first: this.#first[i]!,
        last: this.#last[i]!,
        min: this.#min[i]!,
        max: this.#max[i]!,
      })
    }
    return all
  }

  #forget(from: number, to: number): void {
    for (const column of [this.#first, this.#last]) column.fill(Number.NaN, from, to + 1)
    this.#min.fill(Number.POSITIVE_INFINITY, from, to + 1)
    this.#max.fill(Number.NEGATIVE_INFINITY, from, to + 1)
  }

  /** Joins pairs; answers the new width. */
  #widen(): number {
    const [first, last, min, max] = [this.#first, this.#last, this.#min, this.#max]
    for (let i = 0; i < BUCKETS / 2; i++) {
      const a = 2 * i
      const b = a + 1
      first[i] = Number.isNaN(first[a]!) ? first[b]! : first[a]!
      last[i] = Number.isNaN(last[b]!) ? last[a]! : last[b]!
      min[i] = Math.min(min[a]!, min[b]!)
      max[i] = Math.max(max[a]!, max[b]!)
    }
    first.fill(Number.NaN, BUCKETS / 2)
    last.fill(Number.NaN, BUCKETS / 2)
    min.fill(Number.POSITIVE_INFINITY, BUCKETS / 2)
    max.fill(Number.NEGATIVE_INFINITY, BUCKETS / 2)
    this.#width *= 2
    return this.#width
  }
}

/** What an offset changed by is what the stamps went back by, and the wait: else lines are in disorder. */
const wasSetBack = (by: Seconds, change: Seconds): boolean => change > NEARLY * by && change - by < WAIT
