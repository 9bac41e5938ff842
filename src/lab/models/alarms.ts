/** The timers of a simple daemon, by name, of which the world only knows the next. Time is in seconds since its start. */
import type { Seconds } from '#core/time/units.ts'

const NEVER = Number.POSITIVE_INFINITY
/** An alarm may be told a rounding before its time. */
const EARLY: Seconds = 1e-6

export class Alarms<Name extends string> {
  readonly #at = new Map<Name, Seconds>()

  set(name: Name, at: Seconds): void {
    this.#at.set(name, at)
  }

  clear(name: Name): void {
    this.#at.delete(name)
  }

  /** Infinite when none is set. */
  get next(): Seconds {
    let next = NEVER
    for (const at of this.#at.values()) next = Math.min(next, at)
    return next
  }

  /** The earliest that is due, which is not set any more then; what it leads to may change the others. */
  take(now: Seconds): Name | undefined {
    const next = this.next
    if (next > now + EARLY) return undefined
    for (const [name, at] of this.#at) {
      if (at !== next) continue
      this.#at.delete(name)
      return name
    }
    return undefined
  }
}
