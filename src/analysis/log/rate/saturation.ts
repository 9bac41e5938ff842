/**
 * A frequency correction at its limit: ntpd and the kernel correct at most 500 ppm. How long it stayed there, and on which
 * side.
 */
import type { Rate, Seconds } from '#core/time/units.ts'

/** What ntpd and the kernel correct at most. */
export const LIMIT: Rate = 500e-6
export const NEARLY: Rate = 0.5e-6

export class Saturation {
  rows = 0
  time: Seconds = 0
  from: Seconds = Number.NaN
  to: Seconds = Number.NaN
  /** The sign of the correction: -1 when the clock is too fast. */
  side = 0
  #lastAt = Number.NaN
  #inside = false

  add(at: Float64Array, frequency: Float64Array, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const value = frequency[row]!
      const saturated = Math.abs(value) >= LIMIT - NEARLY
      const time = at[row]!
      if (saturated) {
        this.rows++
        this.side += Math.sign(value)
        if (Number.isNaN(this.from)) this.from = time
        this.to = time
      }
      if (this.#inside && time > this.#lastAt) this.time += time - this.#lastAt
      this.#inside = saturated
      this.#lastAt = time
    }
  }
}
