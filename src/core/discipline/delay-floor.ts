/**
 * The delay of a path with nothing in its queues. Queues only add, so it is the smallest delay of the last while; what
 * a packet's delay has in excess of it is the most that its two ends can differ by.
 *
 * The floor falls at once, and rises when a whole while has passed without anything so small: the route is longer now.
 */
import type { Seconds } from '#core/time/units.ts'

/** Samples in a while. The smallest of the last one to two whiles is the floor. */
const WHILE = 64
/** How fast the usual excess is learned. */
const LEARNING = 1 / 16
/** Before so many samples the floor moves by chance, … */
const FEW = 16
/** … and later by less than this many times the usual excess. */
const CHANCE = 3
/** The smallest excess in a while, as a part of the usual one; for exponential queues both ways. */
const EXCESS_OF_SMALLEST = 0.06

/** How much of the very first delay may be excess. */
const EXCESS_UNSEEN = 1 / 4

export class DelayFloor {
  #smallest: Seconds = Number.POSITIVE_INFINITY
  #smallestBefore: Seconds = Number.POSITIVE_INFINITY
  #count = 0
  #seen = 0
  #floor: Seconds | undefined
  #usualExcess: Seconds | undefined

  get floor(): Seconds {
    return this.#floor ?? 0
  }

  /** Takes a delay in; returns by how much the floor moved, when that is more than chance. */
  add(delay: Seconds): Seconds {
    if (++this.#count > WHILE) {
      this.#count = 1
      this.#smallestBefore = this.#smallest
      this.#smallest = Number.POSITIVE_INFINITY
    }
    this.#smallest = Math.min(this.#smallest, delay)
    const before = this.#floor
    const floor = Math.min(this.#smallest, this.#smallestBefore)
    this.#floor = floor
    const excess = delay - floor
    const usual = this.#usualExcess
    this.#usualExcess = usual === undefined ? excess : usual + LEARNING * (excess - usual)
    this.#seen++
    if (before === undefined || usual === undefined || this.#seen < FEW) return 0
    return Math.abs(floor - before) > CHANCE * usual ? floor - before : 0
  }

  /** How far a packet with this delay can typically have been shifted by unequal queues: one standard deviation. */
  deviation(delay: Seconds): Seconds {
    const unseen = (EXCESS_UNSEEN * this.floor) / Math.max(1, this.#seen) ** 2
    const hidden = EXCESS_OF_SMALLEST * (this.#usualExcess ?? 0) + unseen
    return (delay - this.floor + hidden) / Math.sqrt(12)
  }
}
