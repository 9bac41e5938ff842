/**
 * Do the processors of this machine agree on the counter? One counter never goes back, so where readings that follow each other
 * do, they are those of two clocks (field report 003): whoever is moved between processors reads now the one, now the other, and
 * nobody tells him which. What was measured then belongs to neither.
 *
 * A reading that is too late shows nothing: it looks like a pause in which the counter ran on. So this is noticed when the agent
 * comes back to the processor that is behind, within less time than that is behind.
 */
import { monotonicSince, originOf } from '#core/time/counted-reading.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'

/** Processors that are apart by more than this make no clock together. */
const TOLERABLE: Seconds = 1e-3
/** What was seen of it is not the most that there is. */
const MARGIN = 2
/** After so long without a sign of it they agree again: a host that has been left, a processor that has been taken away. */
const MEMORY: Seconds = 86_400

export class Processors {
  readonly #precision: Seconds
  readonly #origin: Reading
  #before: Seconds = Number.NEGATIVE_INFINITY
  /** The latest that any of them has shown, and how far that was when one went back last. */
  #farthest: Seconds = Number.NEGATIVE_INFINITY
  #disagreedAt: Seconds = Number.POSITIVE_INFINITY
  #apart: Seconds = 0

  constructor(start: Reading, precision: Seconds) {
    this.#origin = originOf(start)
    this.#precision = precision
  }

  /** How far a reading may be from that of another processor. */
  get apart(): Seconds {
    return this.#apart
  }

  /** Too far apart to be one clock. */
  get disagree(): boolean {
    return this.#apart > MARGIN * TOLERABLE
  }

  /** The next reading. `apart`: they are, further than was known. `together`: nothing was seen of that for long enough. */
  take(now: Reading): 'apart' | 'together' | undefined {
    const at = monotonicSince(now, this.#origin)
    const back = this.#before - at
    this.#before = at
    this.#farthest = Math.max(this.#farthest, at)
    if (back > this.#precision) {
      this.#disagreedAt = this.#farthest
      if (back <= this.#apart) return undefined
      this.#apart = MARGIN * back
      return 'apart'
    }
    if (!(this.#farthest - this.#disagreedAt > MEMORY)) return undefined
    this.forget()
    return 'together'
  }

  forget(): void {
    this.#apart = 0
    this.#disagreedAt = Number.POSITIVE_INFINITY
  }
}
