/**
 * adjtime(3): the kernel gains what it is asked for at 500 ppm, and a new request replaces what is left of the last.
 * A program that disciplines a clock with it calls it once a second, with a part of the offset that it still has to
 * remove and with the frequency that it has learnt. Such a run of calls is one thing here, worked out in closed form.
 */
import { logarithm } from '#core/number/elementary.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { power } from './power.ts'

/** What adjtime gains in a second, at most. */
export const SLEW_RATE: Rate = 500e-6

/** The calls of a program that each second asks for `rate` and for the part `part` of what is left of `offset`. */
export interface Trickle {
  readonly offset: Seconds
  /** In (0, 1]; 0 leaves the offset as it is. */
  readonly part: number
  readonly rate: Rate
  /**
   * What a second has no room for: `kept` by a program that asks for no more than fits (ntpd from 4.2.8 on), or `lost`,
   * because the next request replaces what is left of this one while the program believes it done (ntpd 4.2.6).
   */
  readonly excess: 'kept' | 'lost'
}

/** Such a run of calls at work: first as much as a second has room for, then parts that grow smaller and fit. */
export class Trickling {
  /** Everything is mirrored when the offset is negative, so that only one sign is left to think of. */
  readonly #sign: 1 | -1
  readonly #offset: Seconds
  readonly #part: number
  readonly #rate: Rate
  readonly #room: Rate
  readonly #excess: Trickle['excess']
  /** For so long the kernel is asked for all that it can do, or more; and what is left then. */
  readonly #full: Seconds
  readonly #leftFull: Seconds

  constructor({ offset, part, rate, excess }: Trickle) {
    this.#sign = offset < 0 ? -1 : 1
    this.#offset = offset * this.#sign
    this.#part = part
    this.#rate = Math.max(-SLEW_RATE, Math.min(SLEW_RATE, rate * this.#sign))
    this.#room = SLEW_RATE - this.#rate
    this.#excess = excess
    this.#full = this.#secondsFull()
    this.#leftFull = this.#leftWhileFull(this.#full)
  }

  /** What the clock has gained after so many seconds. */
  gained(seconds: Seconds): Seconds {
    const isFull = seconds < this.#full
    const full = isFull ? seconds : this.#full
    const rest = seconds - full
    const leftFull = isFull ? this.#leftWhileFull(seconds) : this.#leftFull
    const left = decayed(leftFull, this.#part, rest)
    return (full * SLEW_RATE + rest * this.#rate + (leftFull - left)) * this.#sign
  }

  /** What the program believes it has still to remove. */
  left(seconds: Seconds): Seconds {
    const left =
      seconds < this.#full
        ? this.#leftWhileFull(seconds)
        : decayed(this.#leftFull, this.#part, seconds - this.#full)
    return left * this.#sign
  }

  #leftWhileFull(seconds: Seconds): Seconds {
    return this.#excess === 'kept'
      ? this.#offset - this.#room * seconds
      : decayed(this.#offset, this.#part, seconds)
  }

  #secondsFull(): Seconds {
    const first = this.#part * this.#offset
    if (first <= this.#room) return 0
    if (this.#room <= 0) return Number.POSITIVE_INFINITY
    if (this.#excess === 'kept') return Math.ceil((this.#offset - this.#room / this.#part) / this.#room)
    return this.#part >= 1 ? 1 : Math.ceil(logarithm(this.#room / first) / logarithm(1 - this.#part))
  }
}

/** What is left is fixed at the start of each second; within one it goes away evenly. */
function decayed(offset: Seconds, part: number, seconds: Seconds): Seconds {
  if (offset === 0 || part === 0) return offset
  const whole = Math.floor(seconds)
  return offset * power(1 - part, whole) * (1 - part * (seconds - whole))
}
