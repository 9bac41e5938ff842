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

  /** The time stood still for them, or they for it. */
  advance(by: Seconds): void {
    for (const [name, at] of this.#at) this.#at.set(name, at - by)
  }

  /** Infinite when none is set. */
  get next(): Seconds {
    let next = NEVER
    for (const at of this.#at.values()) next = Math.min(next, at)
    return next
  }

  /** Those that are due, the earliest first; they are not set any more. */
  take(now: Seconds): readonly Name[] {
    const due = [...this.#at].filter(([, at]) => at <= now + EARLY).sort(([, a], [, b]) => a - b)
    for (const [name] of due) this.#at.delete(name)
    return due.map(([name]) => name)
  }
}
