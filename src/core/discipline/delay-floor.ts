/**
 * The delay of a path with nothing in its queues. Queues only add, so it is the smallest delay of the last while; what
 * a packet's delay has in excess of it is the most that its two ways can differ by.
 *
 * The floor falls at once, and rises when a whole while has passed without anything so small: the route is longer now.
 */
import type { Seconds } from '#core/time/units.ts'

/** Samples in a while. The smallest of the last one to two whiles is the floor. */
const WHILE = 128
/** How fast the usual excess is learned. */
const LEARNING = 1 / 16
/** An excess beyond this many usual ones is another thing; only after a while of nothing else has it become usual. */
const UNUSUAL = 8
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
  #usual: Seconds | undefined
  /** How many unusual ones came in a row. */
  #unusual = 0

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
    this.#floor = Math.min(this.#smallest, this.#smallestBefore)
    this.#seen++
    const usual = this.#usual
    this.#learn(delay - this.#floor)
    if (before === undefined || usual === undefined || this.#seen < FEW) return 0
    return Math.abs(this.#floor - before) > CHANCE * usual ? this.#floor - before : 0
  }

  excess(delay: Seconds): Seconds {
    return Math.max(0, delay - this.floor)
  }

  /** How far a packet with this delay can typically have been shifted by unequal queues: one standard deviation. */
  deviation(delay: Seconds): Seconds {
    return (this.excess(delay) + this.#hidden()) / Math.sqrt(12)
  }

  /** How far it can have been shifted at most, if the floor is one. */
  most(delay: Seconds): Seconds {
    return (this.excess(delay) + this.#hidden()) / 2
  }

  /** Something was in its way that is not there usually. */
  isUnusual(delay: Seconds): boolean {
    return this.#seen >= FEW && this.excess(delay) > UNUSUAL * this.#usual!
  }

  /** The deviation of one way alone, when nothing unusual is in it. */
  get oneWay(): Seconds {
    return ((this.#usual ?? 0) + this.#hidden()) / 2
  }

  /** What even the smallest delay of a while had in excess. */
  #hidden(): Seconds {
    return (
      EXCESS_OF_SMALLEST * (this.#usual ?? 0) + (EXCESS_UNSEEN * this.floor) / Math.max(1, this.#seen) ** 2
    )
  }

  #learn(excess: Seconds): void {
    if (this.#usual === undefined) this.#usual = excess
    const unusual = this.#seen >= FEW && excess > UNUSUAL * this.#usual
    this.#unusual = unusual ? this.#unusual + 1 : 0
    if (!unusual || this.#unusual > WHILE) this.#usual += LEARNING * (excess - this.#usual)
  }
}
