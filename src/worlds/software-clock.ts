/** A wall clock made of arithmetic: carried on by the counter at a rate of its own, and obedient to the nanosecond. */
import { type Steering, wallOnLine } from '#core/discipline/steering.ts'
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

  /** Is on the ordered line at once, however far away it was, unless it is to stay beside it; returns by how much the clock jumped at `now`. */
  follow(order: Steering, now: Monotonic): Seconds {
    if (order.how.kind === 'beside') {
      this.run(order.rate, now)
      return 0
    }
    const jump = since(wallOnLine(order, now), this.wallAt(now))
    this.#at = order.at
    this.#wall = order.wall
    this.#rate = order.rate
    return jump
  }

  /** Jumps forward by `size` at `now`. */
  step(size: Seconds, now: Monotonic): void {
    this.#wall = plus(this.wallAt(now), size)
    this.#at = now
  }

  /** Gains `rate` on the counter from `now` on. */
  run(rate: Rate, now: Monotonic): void {
    this.#wall = this.wallAt(now)
    this.#at = now
    this.#rate = rate
  }
}
