/**
 * What a plot needs of a series, however long it is: for each of at most 2048 buckets of time the first, last, smallest
 * and largest value. When time runs out of the last bucket, pairs are joined and each bucket is twice as wide.
 */
import type { Seconds } from '#core/time/units.ts'

const BUCKETS = 2048

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
    for (let row = 0; row < rows; row++) {
      const value = values[row]!
      const time = at[row]!
      if (Number.isNaN(value) || Number.isNaN(time)) continue
      if (Number.isNaN(this.#origin)) this.#origin = time
      let bucket = Math.floor((time - this.#origin) / this.#width)
      // A clock that was set back writes earlier times; before the beginning they stay in the first bucket.
      if (bucket < 0) bucket = 0
      while (bucket >= BUCKETS) {
        this.#widen()
        bucket = Math.floor((time - this.#origin) / this.#width)
      }
      if (Number.isNaN(this.#first[bucket]!)) this.#first[bucket] = value
      this.#last[bucket] = value
      if (value < this.#min[bucket]!) this.#min[bucket] = value
      if (value > this.#max[bucket]!) this.#max[bucket] = value
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

  #widen(): void {
    this.#width *= 2
    for (let i = 0; i < BUCKETS; i++) {
      const [a, b] = [2 * i, 2 * i + 1]
      const inside = a < BUCKETS
      const [firstA, firstB] = inside ? [this.#first[a]!, this.#first[b]!] : [Number.NaN, Number.NaN]
      const [lastA, lastB] = inside ? [this.#last[a]!, this.#last[b]!] : [Number.NaN, Number.NaN]
      this.#min[i] = inside ? Math.min(this.#min[a]!, this.#min[b]!) : Number.POSITIVE_INFINITY
      this.#max[i] = inside ? Math.max(this.#max[a]!, this.#max[b]!) : Number.NEGATIVE_INFINITY
      this.#first[i] = !Number.isNaN(firstA) ? firstA : firstB
      this.#last[i] = !Number.isNaN(lastB) ? lastB : lastA
    }
  }
}
