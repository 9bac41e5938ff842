/**
 * chronyd and a leap second (facts: reference.c of chrony 4.3): announced by most of the sources, on the last day of June or
 * December, it is made at midnight by the kernel, by a step, by slewing a second, or by nobody (`leapsecmode`).
 */
import { civil } from '#core/time/civil.ts'
import type { Leap } from '#core/time/leap.ts'
import type { Seconds } from '#core/time/units.ts'

const DAY: Seconds = 86_400
/** So near to midnight no sample is used. */
const CLOSE: Seconds = 5

export class LeapSecond {
  /** When it is to be made, in raw time; infinite when none is ahead. */
  at: Seconds = Number.POSITIVE_INFINITY
  /** Since 1970, at the beginning of raw time. */
  readonly #origin: Seconds
  #midnight: Seconds = Number.NEGATIVE_INFINITY
  #inserts: 0 | 1 | -1 = 0

  constructor(origin: Seconds) {
    this.#origin = origin
  }

  hear(leap: Leap, raw: Seconds): void {
    const today = Math.floor((this.#origin + raw) / DAY)
    const inserts = leap === 'insert' ? 1 : leap === 'delete' ? -1 : 0
    const allowed = inserts !== 0 && endsHalfYear(today) ? inserts : 0
    if (allowed === this.#inserts || this.isClose(raw)) return
    this.#inserts = allowed
    this.#midnight = (today + 1) * DAY - this.#origin
    this.at = allowed === 0 ? Number.POSITIVE_INFINITY : this.#midnight - (allowed < 0 ? 1 : 0)
  }

  isClose(raw: Seconds): boolean {
    return raw >= this.#midnight - CLOSE && raw < this.#midnight + CLOSE
  }

  /** It is made: by how much a clock that does nothing is fast from now on. */
  pass(): Seconds {
    const fast = this.#inserts
    this.#inserts = 0
    this.at = Number.POSITIVE_INFINITY
    return fast
  }
}

function endsHalfYear(today: number): boolean {
  const { month, day } = civil(today)
  return (month === 6 && day === 30) || (month === 12 && day === 31)
}
