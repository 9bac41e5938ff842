/**
 * Huff-n'-puff (`tinker huffpuff`): a round trip longer than the shortest of the last hours is taken to be long one way only,
 * the way that makes the offset look large, and half the excess is taken off it.
 */
import type { Seconds } from '#core/time/units.ts'

/** The window is made of buckets of a quarter of an hour. */
const BUCKET: Seconds = 900
const NEVER: Seconds = 1e9

export class HuffPuff {
  readonly #buckets: Float64Array
  #at = 0
  #turns = BUCKET

  constructor(window: Seconds) {
    this.#buckets = new Float64Array(Math.max(1, Math.floor(window / BUCKET))).fill(NEVER)
  }

  pass(now: number): void {
    while (this.#turns <= now) {
      this.#turns += BUCKET
      this.#at = (this.#at + 1) % this.#buckets.length
      this.#buckets[this.#at] = NEVER
    }
  }

  correct(offset: Seconds, delay: Seconds): Seconds {
    this.#buckets[this.#at] = Math.min(this.#buckets[this.#at]!, delay)
    const least = Math.min(...this.#buckets)
    const excess = (delay - least) / 2
    return offset > 0 ? offset - excess : offset + excess
  }
}
