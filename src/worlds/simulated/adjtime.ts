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

export interface Trickled {
  readonly gained: Seconds
  /** What the program believes it has still to remove. */
  readonly left: Seconds
}

export function trickle(calls: Trickle, seconds: Seconds): Trickled {
  // Everything is mirrored when the offset is negative, so that only one sign is left to think of.
  const sign = calls.offset < 0 ? -1 : 1
  const offset = calls.offset * sign
  const rate = Math.max(-SLEW_RATE, Math.min(SLEW_RATE, calls.rate * sign))
  const { gained, left } = forward({ ...calls, offset, rate }, seconds)
  return { gained: gained * sign, left: left * sign }
}

/** First as much as a second has room for, then parts that grow smaller and fit. */
function forward(calls: Trickle, seconds: Seconds): Trickled {
  const { offset, part, rate, excess } = calls
  const room = SLEW_RATE - rate
  const full = Math.min(seconds, secondsFull(calls, room))
  const rest = seconds - full
  const leftFull = excess === 'kept' ? offset - room * full : decayed(offset, part, full)
  const left = decayed(leftFull, part, rest)
  return { gained: full * SLEW_RATE + rest * rate + (leftFull - left), left }
}

/** For so long the kernel is asked for all that it can do, or more. */
function secondsFull({ offset, part, excess }: Trickle, room: Rate): Seconds {
  const first = part * offset
  if (first <= room) return 0
  if (room <= 0) return Number.POSITIVE_INFINITY
  if (excess === 'kept') return Math.ceil((offset - room / part) / room)
  return part >= 1 ? 1 : Math.ceil(logarithm(room / first) / logarithm(1 - part))
}

/** What is left is fixed at the start of each second; within one it goes away evenly. */
function decayed(offset: Seconds, part: number, seconds: Seconds): Seconds {
  if (offset === 0 || part === 0) return offset
  const whole = Math.floor(seconds)
  return offset * power(1 - part, whole) * (1 - part * (seconds - whole))
}
