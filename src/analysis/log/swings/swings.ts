/**
 * Swings of the offset about zero: each excursion to one side, with its peak. From their spacing comes the period of an
 * oscillation, from their sizes its growth. An excursion ends when the offset is clearly on the other side. Half of the delay of a
 * packet may be no offset at all: what that explains neither shows a swing nor ends one.
 */
import type { Seconds } from '#core/time/units.ts'

/** Below this, and below a tenth of the last peak, the side is not clear. */
const LEAST: Seconds = 2e-3
const MOST = 4096

interface Offsets {
  readonly at: Float64Array
  readonly offset: Float64Array
  readonly rows: number
  readonly delay?: Float64Array
}

export interface Swing {
  /** Of its peak. */
  readonly at: Seconds
  readonly peak: Seconds
}

export interface Excursion extends Swing {
  /** Of its measurements that are clearly off, to either side. */
  readonly mean: Seconds
  readonly rows: number
}

export class Swings {
  readonly all: Excursion[] = []
  count = 0
  #at = 0
  #peak = 0
  #sum = 0
  #rows = 0

  /** None of the offsets is worse than this. With sources, only the rows of one. */
  add(of: Offsets, worst: Seconds, sources?: Uint16Array, source?: number): void {
    const { at, offset: offsets, rows, delay } = of
    let peak = this.#peak
    if (worst <= Math.abs(peak) && worst <= LEAST) return
    for (let row = 0; row < rows; row++) {
      const offset = offsets[row]!
      if (Number.isNaN(offset) || (sources && sources[row] !== source)) continue
      const size = Math.abs(offset)
      if (delay && size <= delay[row]! / 2) continue
      const before = Math.abs(peak)
      if (peak !== 0 && offset > 0 !== peak > 0 && size > LEAST && size > 0.1 * before) {
        if (before > LEAST) {
          this.count++
          if (this.all.length < MOST)
            this.all.push({ at: this.#at, peak, mean: this.#sum / this.#rows, rows: this.#rows })
        }
        this.#sum = 0
        this.#rows = 0
        peak = 0
      }
      if (size > LEAST) {
        this.#sum += offset
        this.#rows++
      }
      if (peak !== 0 && (size <= Math.abs(peak) || offset > 0 !== peak > 0)) continue
      peak = offset
      this.#at = at[row]!
    }
    this.#peak = peak
  }
}
