/**
 * Where the clock should be, as an order: on the line of the estimate, now and from now on.
 * Orders are absolute, so giving one twice or losing one does no harm.
 */
import { type Instant, instant, type Monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

/**
 * At the counter reading `at` the clock should have read `wall`, and it should gain `rate` on the counter from there
 * on (wall seconds per counter second, minus one).
 */
export interface Steering {
  readonly at: Monotonic
  readonly wall: Instant
  readonly rate: Rate
  readonly how: Manner
}

/** How to get to the line: with a jump, or by gaining no more than `atMost` on it until it is reached; or not, beside it at its rate. */
export type Manner =
  | { readonly kind: 'step'; readonly why?: string }
  | { readonly kind: 'beside' }
  | { readonly kind: 'slew'; readonly atMost: Rate }

/** What a clock is told to do so that it obeys an order. */
export interface Manoeuvre {
  /** Jump by this much, now. */
  readonly step: Seconds
  /** Then gain this much on the counter … */
  readonly rate: Rate
  /** … until the line is reached, when the order should be given again; undefined when the clock is on it already. */
  readonly settles: Monotonic | undefined
}

/** A small correction is spread over this time, so that nobody who measures the clock's rate is startled by it. */
const SLEW_TIME: Seconds = 2
/** Two clocks cannot be read at once any better than this, so a smaller gap is none. */
const ON_THE_LINE: Seconds = 1e-7

/** Where the ordered line is at the counter reading `at`. */
export function wallOnLine(order: Steering, at: Monotonic): Instant {
  const elapsed = at - order.at
  return instant(order.wall + elapsed + BigInt(Math.round(order.rate * Number(elapsed))))
}

/** How a clock that reads `now` obeys the order. */
export function planManoeuvre(order: Steering, now: Reading): Manoeuvre {
  const gap = since(wallOnLine(order, now.monotonic), now.wall)
  if (order.how.kind === 'beside') return { step: 0, rate: order.rate, settles: undefined }
  if (order.how.kind === 'step') return { step: gap, rate: order.rate, settles: undefined }
  if (Math.abs(gap) < ON_THE_LINE) return { step: 0, rate: order.rate, settles: undefined }
  const time = Math.max(SLEW_TIME, Math.abs(gap) / order.how.atMost)
  return { step: 0, rate: order.rate + gap / time, settles: plus(now.monotonic, time) }
}
