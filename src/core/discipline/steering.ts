/**
 * Where the clock should be, as an order: on the line of the estimate, now and from now on.
 * Orders are absolute, so giving one twice or losing one does no harm.
 */
import type { Instant, Monotonic } from '#core/time/instant.ts'
import type { Rate } from '#core/time/units.ts'
import type { Estimate } from './estimate.ts'
import { type CounterScale, counterTime, instantAt } from './sample.ts'

/**
 * At the counter reading `at` the clock should have read `wall`, and it should gain `rate` on the counter from there
 * on (wall seconds per counter second, minus one).
 */
export interface Steering {
  readonly at: Monotonic
  readonly wall: Instant
  readonly rate: Rate
}

/** Undefined while nothing is known. */
export function followEstimate(estimate: Estimate, scale: CounterScale, at: Monotonic): Steering | undefined {
  const ahead = estimate.offset(counterTime(scale, at))
  return ahead === undefined ? undefined : { at, wall: instantAt(scale, at, ahead), rate: estimate.rate ?? 0 }
}
