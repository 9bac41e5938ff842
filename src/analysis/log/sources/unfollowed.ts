/**
 * When chronyd followed nobody, by the rows of tracking.log: it writes one when it loses all of its sources, when it notices that the clock
 * leapt and forgets what it had measured, and when it is started.
 */
import type { Seconds } from '#core/time/units.ts'

/** Those of a log that has more are told by others. */
const MOST = 256

export interface Unfollowed {
  /** The update before; not a number where there was none. */
  readonly last: Seconds
  /** The first row that says so, and the last of them. */
  readonly since: Seconds
  readonly again: Seconds
  /** The next update, and what it corrected. */
  readonly back: Seconds
  readonly offset: Seconds
  /** How soon updates had followed each other, the quicker of the last two times. */
  readonly pace: Seconds
}

export class UnfollowedSpans {
  readonly all: Unfollowed[] = []
  #last: Seconds = Number.NaN
  #wait: Seconds = Number.POSITIVE_INFINITY
  #pace: Seconds = Number.POSITIVE_INFINITY
  #since: Seconds = Number.NaN
  #again: Seconds = Number.NaN

  /** The last update. */
  get last(): Seconds | undefined {
    return Number.isNaN(this.#last) ? undefined : this.#last
  }

  /** Since when it has followed nobody, up to the last row. */
  get open(): Seconds | undefined {
    return Number.isNaN(this.#since) ? undefined : this.#since
  }

  lost(at: Seconds): void {
    if (Number.isNaN(this.#since)) this.#since = at
    this.#again = at
  }

  updated(at: Seconds, offset: Seconds): void {
    const wait = at - this.#last
    if (!Number.isNaN(this.#since)) {
      if (this.all.length < MOST)
        this.all.push({
          last: this.#last,
          since: this.#since,
          again: this.#again,
          back: at,
          offset,
          pace: this.#pace,
        })
    } else if (wait > 0) {
      this.#pace = Math.min(wait, this.#wait)
      this.#wait = wait
    }
    this.#last = at
    this.#since = Number.NaN
  }
}
