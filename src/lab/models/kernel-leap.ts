/**
 * What Linux does with a leap second of which a daemon tells it (STA_INS, STA_DEL; facts: second_overflow in kernel/time/ntp.c): at
 * the next midnight of the wall clock, of whatever day, it puts the clock back or forward by itself, and not again until the
 * announcement has been withdrawn. A clock that was set past that midnight has missed it, and waits for the next.
 */
import { dayOf } from '#core/time/civil.ts'
import { type Instant, instant, since } from '#core/time/instant.ts'
import type { Leap } from '#core/time/leap.ts'
import { NS_PER_SECOND, type Seconds } from '#core/time/units.ts'

const NS_PER_DAY = 86_400n * NS_PER_SECOND
/** It looks at each second. */
const LOOKS_EVERY: Seconds = 1
/** What the wall clock may gain or lose until then on the clock by which one waits. */
const MOST_GAINED = 2e-3
const NEAR: Seconds = 1e-3
/** Alarms may ring a microsecond early, and the time does not go on by looking at it. */
const LEAST_WAIT: Seconds = 1e-5

export class KernelLeap {
  #announced: 'insert' | 'delete' | undefined
  #made = false
  #due: Instant | undefined

  /** The daemon sets the status, and so withdraws what it set before. */
  announce(leap: Leap, wall: Instant): void {
    this.#announced = leap === 'insert' || leap === 'delete' ? leap : undefined
    if (this.#announced === undefined) this.#made = false
    this.#arm(wall)
  }

  /** By how much the clock is put forward now. */
  take(wall: Instant): Seconds {
    if (this.#due === undefined || wall < this.#due) return 0
    const missed = since(wall, this.#due) >= LOOKS_EVERY
    this.#made = !missed
    const by = missed ? 0 : this.#announced === 'insert' ? -1 : 1
    this.#arm(wall)
    return by
  }

  /** How long until one should look again; infinite when none is ahead. */
  looksIn(wall: Instant): Seconds {
    if (this.#due === undefined) return Number.POSITIVE_INFINITY
    const left = since(this.#due, wall)
    return left < NEAR ? Math.max(LEAST_WAIT, left) : left * (1 - MOST_GAINED)
  }

  #arm(wall: Instant): void {
    this.#due = this.#announced === undefined || this.#made ? undefined : this.#next(wall)
  }

  #next(wall: Instant): Instant {
    const midnight = BigInt(dayOf(wall) + 1) * NS_PER_DAY
    const due = midnight - (this.#announced === 'delete' ? NS_PER_SECOND : 0n)
    return instant(due > wall ? due : due + NS_PER_DAY)
  }
}
