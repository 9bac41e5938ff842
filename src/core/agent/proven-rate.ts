/**
 * The rate to leave a clock at when nothing more is to be learned of it, and what was learned lately may be wrong. What two samples some
 * seconds apart say is no proof: an error of 3 ms is 1000 ppm there. Over an hour it is 1 ppm. So proven is what true time
 * gained on the counter over the last whole hour in which nothing happened to either; before that, what was known from elsewhere.
 */
import type { Rate, Seconds } from '#core/time/units.ts'

const PROOF: Seconds = 3600

interface Point {
  readonly at: Seconds
  readonly offset: Seconds
}

export class ProvenRate {
  #rate: Rate
  /** Where the hour began that is not over yet. */
  #from: Point | undefined

  /** `before`: as an earlier life learned it, or as whoever kept the clock before left it. */
  constructor(before: Rate) {
    this.#rate = before
  }

  get rate(): Rate {
    return this.#rate
  }

  /** What is believed of true time minus the counter. */
  learn(point: Point): void {
    const from = this.#from
    const span = from === undefined ? 0 : point.at - from.at
    if (from !== undefined && span < PROOF) return
    if (from !== undefined) this.#rate = (point.offset - from.offset) / span
    this.#from = point
  }

  /** True time has moved against the counter, or this is another counter. */
  interrupt(): void {
    this.#from = undefined
  }
}
