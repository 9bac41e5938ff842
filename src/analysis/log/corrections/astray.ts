/**
 * For how long the clock was measurably wrong, whatever the reason: each measurement and the one before it had it off by
 * more than a daemon leaves. Half of the delay of a packet may be no offset at all: what that explains neither shows an error nor
 * ends one. Where the delay is not told what is off to one side and then to the other is noise.
 */
import type { Seconds } from '#core/time/units.ts'

/** Beyond what networks, temperature and the settling of a daemon leave. */
const OFF: Seconds = 0.02
/** Measurements that are further apart may have anything between them. */
const TOGETHER: Seconds = 7200

interface Measured {
  readonly at: Float64Array
  readonly offset: Float64Array
  readonly rows: number
  readonly delay?: Float64Array | undefined
}

export class Astray {
  readonly off = OFF
  /** How long in all. */
  time: Seconds = 0
  from: Seconds = Number.NaN
  to: Seconds = Number.NaN
  /** The worst of it. Positive: behind. */
  most: Seconds = 0
  /** The last measurement that showed it, when the next may show it still. */
  #at: Seconds = Number.NaN
  #side = 0

  /** None of the offsets is worse than this. */
  add({ at, offset, rows, delay }: Measured, worst: Seconds): void {
    if (worst <= OFF) {
      if (rows > 0) this.#side = 0
      return
    }
    for (let row = 0; row < rows; row++) {
      const value = offset[row]!
      const size = Math.abs(value)
      if (!(size > OFF)) {
        if (size <= OFF) this.#side = 0
        continue
      }
      if (delay && size - OFF <= delay[row]! / 2) continue
      const side = Math.sign(value)
      const wait = at[row]! - this.#at
      if (this.#side !== 0 && (delay || side === this.#side) && wait >= 0 && wait < TOGETHER) {
        this.time += wait
        if (Number.isNaN(this.from)) this.from = this.#at
        this.to = at[row]!
        if (size > Math.abs(this.most)) this.most = value
      }
      this.#side = side
      this.#at = at[row]!
    }
  }
}
