/**
 * A host that has promised more processors than it has: a part of the time this guest does not run, though its clocks do. What
 * is told to it then waits, timers and packets alike, and packets are stamped late.
 *
 * Assumed: whenever something happens the guest is out with the probability `part`, and comes back after a time that is
 * exponential around `slice`, as for a scheduler without memory.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Random } from '../random.ts'
import type { TrueTime } from '../true-time.ts'

/** From `at` on. */
export interface Load {
  readonly at: Seconds
  /** Of all time: what `steal` shows. */
  readonly part: number
  /** How long the guest is out, on average; 30 ms when absent. */
  readonly slice?: Seconds
}

const SLICE: Seconds = 0.03

export class Steal {
  readonly #loads: readonly Load[]
  readonly #random: Random
  #runsAt = 0

  constructor(loads: readonly Load[], random: Random) {
    this.#loads = loads
    this.#random = random
  }

  /** How long it takes until the guest can look at what happens now. */
  waitAt(now: TrueTime): Seconds {
    if (now < this.#runsAt) return this.#runsAt - now
    // It was waited for until now.
    if (now === this.#runsAt) return 0
    const load = this.#loads.findLast(({ at }) => now >= at)
    if (!load || this.#random.uniform() >= load.part) return 0
    const wait = (load.slice ?? SLICE) * this.#random.exponential()
    this.#runsAt = now + wait
    return wait
  }
}
