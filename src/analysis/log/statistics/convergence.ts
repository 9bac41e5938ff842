/** How long it took until the clock was good: the first time below a bound, and the time from which on it stayed there. */
import type { Seconds } from '#core/time/units.ts'

export class Convergence {
  readonly bound: Seconds
  #began = Number.NaN
  #first = Number.NaN
  #lasting = Number.NaN

  constructor(bound: Seconds) {
    this.bound = bound
  }

  /** None of the offsets is worse than this. */
  add(at: Float64Array, offsets: Float64Array, rows: number, worst: Seconds): void {
    const { bound } = this
    if (worst < bound && !Number.isNaN(this.#lasting)) return
    for (let row = 0; row < rows && Number.isNaN(this.#first); row++) {
      const offset = offsets[row]!
      if (Number.isNaN(offset)) continue
      if (Number.isNaN(this.#began)) this.#began = at[row]!
      if (Math.abs(offset) < bound) this.#first = at[row]!
    }
    // From the end back to the last that was not good.
    let since = Number.NaN
    for (let row = rows - 1; row >= 0; row--) {
      const size = Math.abs(offsets[row]!)
      if (size < bound) since = at[row]!
      else if (size >= bound) {
        this.#lasting = since
        return
      }
    }
    if (Number.isNaN(this.#lasting)) this.#lasting = since
  }

  /** Seconds from the beginning of the series; NaN when it never happened. */
  get first(): Seconds {
    return this.#first - this.#began
  }

  get lasting(): Seconds {
    return this.#lasting - this.#began
  }
}
