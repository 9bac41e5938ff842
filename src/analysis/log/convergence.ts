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

  add(at: Float64Array, offsets: Float64Array, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const offset = offsets[row]!
      if (Number.isNaN(offset)) continue
      if (Number.isNaN(this.#began)) this.#began = at[row]!
      if (offset < this.bound && offset > -this.bound) {
        if (Number.isNaN(this.#first)) this.#first = at[row]!
        if (Number.isNaN(this.#lasting)) this.#lasting = at[row]!
      } else this.#lasting = Number.NaN
    }
  }

  /** Seconds from the beginning of the series; NaN when it never happened. */
  get first(): Seconds {
    return this.#first - this.#began
  }

  get lasting(): Seconds {
    return this.#lasting - this.#began
  }
}
