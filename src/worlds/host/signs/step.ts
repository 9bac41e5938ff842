/**
 * Was the wall clock set between two looks at it, and by how much?
 *
 * The difference between wall clock and counter moves for two reasons: slews, which are gradual and bounded, and steps.
 * What slewing did is estimated from the frequency that the kernel applied at both ends; the rest is the step. When the
 * kernel itself witnesses settings of the clock, its word decides *whether* (chrony slews by up to 8 %, which no look
 * once a second could tell from small steps) and the difference only says *how far*.
 *
 * A suspend of the kernel's own (not a pause by the hypervisor, which nobody here sees) stops the counter while the wall
 * clock is carried on: that part of the movement is a pause and not a step.
 */
import { type Reading, since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { LARGEST_SLEW, ORDINARY_SLEW } from '../stamps.ts'

export interface Look {
  readonly reading: Reading
  /** What the reading can be wrong by. */
  readonly residual: Seconds
  /** The frequency correction that the kernel applies; undefined when it cannot be asked. */
  readonly frequency: Rate | undefined
  /** BOOTTIME minus MONOTONIC: how long the machine has been suspended since boot. */
  readonly suspended: Seconds | undefined
}

/** The kernel says that the clock was set, or that it was not; or there is nobody to ask. */
export type Witness = 'set' | 'not-set' | 'none'

export interface Change {
  readonly size: Seconds
  readonly uncertainty: Seconds
}

/** CLOCK_BOOTTIME and CLOCK_MONOTONIC are read one after the other, and an interruption may come between. */
const SUSPEND_NOTICED: Seconds = 0.01

export function stepBetween(before: Look, after: Look, witness: Witness): Change | undefined {
  const elapsed = since(after.reading.monotonic, before.reading.monotonic)
  const moved = since(after.reading.wall, before.reading.wall) - elapsed
  const from = before.frequency ?? 0
  const to = after.frequency ?? 0
  const slewed = (elapsed * (from + to)) / 2
  // Between the two ends the frequency may have been either of them, and beside it the kernel slews phase.
  const slewing = witness === 'not-set' ? LARGEST_SLEW : ORDINARY_SLEW + Math.abs(to - from) / 2
  const suspended = suspendBetween(before, after)
  const uncertainty = elapsed * slewing + before.residual + after.residual + (suspended?.uncertainty ?? 0)
  const size = moved - slewed - (suspended?.size ?? 0)
  // After a suspend the kernel sets the clock itself; that alone is no step.
  const certain = witness === 'set' && !suspended
  return certain || Math.abs(size) > uncertainty ? { size, uncertainty } : undefined
}

export function suspendBetween(before: Look, after: Look): Change | undefined {
  if (before.suspended === undefined || after.suspended === undefined) return undefined
  const size = after.suspended - before.suspended
  return size > SUSPEND_NOTICED ? { size, uncertainty: SUSPEND_NOTICED / 2 } : undefined
}
