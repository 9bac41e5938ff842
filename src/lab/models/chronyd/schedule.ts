/**
 * chronyd's timers (facts: sched.c of chrony 4.3). They are kept in raw time, so they move with whatever sets the clock.
 * Requests are held apart from each other, and spread at random.
 */
import type { Seconds } from '#core/time/units.ts'

/** By up to this part requests come later than planned. */
const SPREAD = 0.02

export interface Timer {
  at: Seconds
  readonly fire: () => void
}

export class Schedule {
  /** Soonest first. */
  readonly #requests: Timer[] = []
  readonly #random: () => number
  #lastRequest: Seconds = Number.NEGATIVE_INFINITY

  constructor(random: () => number) {
    this.#random = random
  }

  get next(): Timer | undefined {
    return this.#requests[0]
  }

  /** In `delay` or a little later, and at least `apart` from all other requests. */
  plan(timer: Timer, now: Seconds, delay: Seconds, apart: Seconds): void {
    this.drop(timer)
    const stretch = 1 + ((this.#random() >>> 0) / 0xffffffff) * SPREAD
    const separation = apart * stretch
    let wait = delay * stretch
    const since = now - this.#lastRequest
    if (since >= 0 && since + wait < separation) wait = separation - since
    const requests = this.#requests
    for (const { at } of requests) {
      const until = at - now
      if (Math.abs(until - wait) < separation) wait = until + separation
    }
    timer.at = now + wait
    let i = requests.length
    requests.push(timer)
    for (; i > 0 && requests[i - 1]!.at > timer.at; i--) requests[i] = requests[i - 1]!
    requests[i] = timer
  }

  drop(timer: Timer): void {
    const requests = this.#requests
    const last = requests.length - 1
    let i = 0
    while (i <= last && requests[i] !== timer) i++
    if (i > last) return
    for (; i < last; i++) requests[i] = requests[i + 1]!
    requests.pop()
  }

  /** Takes the soonest away, which is due at `now`. */
  take(now: Seconds): Timer {
    this.#lastRequest = now
    const first = this.#requests[0]!
    this.drop(first)
    return first
  }

  /** The clock was set back by so much. */
  shift(by: Seconds): void {
    for (const timer of this.#requests) timer.at -= by
    this.#lastRequest -= by
  }
}
