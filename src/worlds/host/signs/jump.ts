/**
 * Did another clock jump against our counter? For clocks that can be read finely: a hypervisor's, or the processor's own.
 *
 * Between two looks the other clock advances as the counter does, give or take the rate between them, which is learned
 * from when the comparison began. What goes beyond that, and beyond what reading both can be wrong by, is a jump: the
 * counter stood while the other went on, or the other was set.
 */
import type { Span } from '#core/guest/disruption.ts'
import { type Monotonic, since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

/** How far another clock was ahead of some fixed beginning, when the counter showed `at`. */
export interface Compared {
  readonly at: Monotonic
  readonly elapsed: Seconds
  readonly uncertainty: Seconds
}

export interface Jump {
  /** Positive: the other clock went on while the counter stood. */
  readonly size: Seconds
  readonly uncertainty: Seconds
  readonly during: Span
}

/** Before the rate is known, the other clock may gain or lose so much. */
const UNKNOWN: Rate = 5e-3
/** Over a second a rate that is known changes by no more than this: hosts slew their clocks, too. */
const UNSTEADY: Rate = 5e-4
/** A rate is learned over this time, and learned anew as often. */
const LEARNING: Seconds = 30
const RELEARNING: Seconds = 600

export class Comparison {
  readonly #least: Seconds
  /** Where the rate is measured from, and from where it will be next. */
  #anchor: Compared | undefined
  #rate: Rate | undefined
  #last: Compared | undefined

  /** Jumps of less than `least` are not told. */
  constructor(least: Seconds) {
    this.#least = least
  }

  look(seen: Compared): Jump | undefined {
    const before = this.#last
    this.#last = seen
    if (!before) {
      this.#anchor = seen
      return undefined
    }
    const elapsed = since(seen.at, before.at)
    const size = seen.elapsed - before.elapsed - elapsed * (1 + (this.#rate ?? 0))
    const allowed = this.#rate === undefined ? UNKNOWN : UNSTEADY
    const uncertainty = seen.uncertainty + before.uncertainty + Math.abs(elapsed) * allowed
    if (Math.abs(size) > uncertainty + this.#least) {
      this.#anchor = seen
      return { size, uncertainty, during: { from: before.at, to: seen.at } }
    }
    this.#learn(seen)
    return undefined
  }

  #learn(seen: Compared): void {
    const anchor = this.#anchor!
    const span = since(seen.at, anchor.at)
    if (span < LEARNING) return
    this.#rate = (seen.elapsed - anchor.elapsed) / span - 1
    if (span > RELEARNING) this.#anchor = seen
  }
}
