/** A wall clock made of arithmetic: it reads what the last order said, carried on by the counter at the ordered rate. */
import type { Steering } from '#core/discipline/steering.ts'
import { type Instant, instant, type Monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

export class SoftwareClock {
  #at: Monotonic
  #wall: Instant
  #rate: Rate

  constructor(start: Reading, rate: Rate = 0) {
    this.#at = start.monotonic
    this.#wall = start.wall
    this.#rate = rate
  }

  /** What the clock reads, or read, when the counter says `monotonic`. */
  wallAt(monotonic: Monotonic): Instant {
    const elapsed = monotonic - this.#at
    return instant(this.#wall + elapsed + BigInt(Math.round(this.#rate * Number(elapsed))))
  }

  read(monotonic: Monotonic): Reading {
    return { wall: this.wallAt(monotonic), monotonic }
  }

  /** Follows the order from `now` on; returns by how much the clock jumped there. */
  steer(order: Steering, now: Monotonic): Seconds {
    const before = this.wallAt(now)
    this.#at = order.at
    this.#wall = order.wall
    this.#rate = order.rate
    return since(this.wallAt(now), before)
  }

  /** Sets the clock forward by `size` at `now`, as somebody else would. */
  step(size: Seconds, now: Monotonic): void {
    this.#wall = plus(this.wallAt(now), size)
    this.#at = now
  }
}
