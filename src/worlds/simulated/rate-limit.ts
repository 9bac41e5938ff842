/**
 * A server's patience with one client: so many questions at once, and one more in each interval. What goes beyond that it
 * answers with a kiss RATE, or not at all.
 */
import type { Seconds } from '#core/time/units.ts'
import type { TrueTime } from './true-time.ts'

export interface RateLimit {
  readonly interval: Seconds
  readonly burst: number
  readonly beyond: 'kiss' | 'silence'
}

export class RateLimiter {
  readonly #limit: RateLimit
  #left: number
  #at: Seconds = 0

  constructor(limit: RateLimit) {
    this.#limit = limit
    this.#left = limit.burst
  }

  ask(at: TrueTime): 'answer' | RateLimit['beyond'] {
    const { interval, burst, beyond } = this.#limit
    this.#left = Math.min(burst, this.#left + (at - this.#at) / interval)
    this.#at = at
    if (this.#left < 1) return beyond
    this.#left--
    return 'answer'
  }
}
