/**
 * A clock that counts timer interrupts, as kernels before the tickless ones did (2.6 with 1000 Hz: RHEL 4 and 5). While the
 * host has no time for the guest, interrupts are lost and the clock falls behind; some kernels and hypervisors give lost
 * ticks back, and give back too many where both do it: the clock runs fast (field report 000: a minute in two or three).
 *
 * Assumed: ticks are lost independently of each other, so their number in a second is normal around its mean.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Random } from './random.ts'

export interface TickConfig {
  /** Interrupts in a second. */
  readonly hz: number
  /** The part of them that is lost. */
  readonly lost: number
  /** How much of what is lost is given back: 0 nothing, 1 all of it, 2 twice as much as was lost. */
  readonly compensation?: number
  /** From `at` on another part is lost. */
  readonly changes?: readonly { readonly at: Seconds; readonly lost: number }[]
}

/** What the clock gains in the time `during` that begins at `at`. */
export function tickError(
  { hz, lost, compensation = 0, changes }: TickConfig,
  at: Seconds,
  during: Seconds,
  random: Random,
): Rate {
  const part = changes?.findLast(change => at >= change.at)?.lost ?? lost
  if (part <= 0) return 0
  const ticks = hz * during
  const deviation = Math.sqrt(ticks * part * (1 - part))
  const gone = Math.min(ticks, Math.max(0, ticks * part + deviation * random.normal()))
  return (gone * (compensation - 1)) / ticks
}
