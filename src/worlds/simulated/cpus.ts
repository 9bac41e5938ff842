/**
 * Several processors, each with a clock of its own (field report 003: one of six is 85 s behind). Whoever runs reads the clock
 * of the processor on which he runs, and nobody asks him on which. A timer is served by one of them, which may be
 * another one than had set it.
 *
 * Assumed: the scheduler chooses anew, and evenly, each time that something happens.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Random } from './random.ts'

export interface Cpu {
  /** Its clock minus that of the system. */
  readonly ahead?: Seconds
  /** What it gains on that. */
  readonly gains?: Rate
}

export class Cpus {
  readonly #cpus: readonly Cpu[]
  readonly #random: Random
  readonly #onlookers: Random
  #running = 0

  /** `onlookers` are those who only look at the clock: they change nothing for the others. */
  constructor(cpus: readonly Cpu[], random: Random, onlookers: Random) {
    this.#cpus = cpus
    this.#random = random
    this.#onlookers = onlookers
  }

  choose(): number {
    return this.#chooseBy(this.#random)
  }

  chooseForOnlooker(): number {
    return this.#chooseBy(this.#onlookers)
  }

  #chooseBy(random: Random): number {
    return Math.floor(random.uniform() * this.#cpus.length)
  }

  /** Something happens, and somebody is woken. */
  schedule(): void {
    this.#running = this.choose()
  }

  /** By how much its clock, or the one that runs, is ahead of the system's. */
  aheadNs(at: Seconds, cpu = this.#running): number {
    const { ahead = 0, gains = 0 } = this.#cpus[cpu]!
    return Math.round((ahead + gains * at) * 1e9)
  }
}
