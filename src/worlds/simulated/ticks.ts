/**
 * A clock that counts timer interrupts, as kernels before the tickless ones did (2.6 with 1000 Hz: RHEL 4 and 5). While the
 * host has no time for the guest, interrupts are lost and the clock falls behind; some kernels and hypervisors give lost
 * ticks back, and give back too many where both do it: the clock runs fast (field report 000: a minute in two or three).
 *
 * Assumed: ticks are lost independently of each other, so their number in a second is binomial: normal around its mean where it
 * varies by many, and counted one by one where it varies by few.
 */
import { logarithm } from '#core/number/elementary.ts'
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
  return (lostOf(ticks, part, random) * (compensation - 1)) / ticks
}

/** From so many on a normal number is cut off at nothing and at all of them so rarely that its mean stays. */
const MANY = 4

function lostOf(ticks: number, part: number, random: Random): number {
  const deviation = Math.sqrt(ticks * part * (1 - part))
  if (deviation >= MANY) return Math.min(ticks, Math.max(0, ticks * part + deviation * random.normal()))
  return part <= 0.5 ? countedOf(ticks, part, random) : ticks - countedOf(ticks, 1 - part, random)
}

/** From one that is lost to the next: how many are not is geometric, the whole part of an exponential. */
function countedOf(ticks: number, part: number, random: Random): number {
  const rate = -logarithm(1 - part)
  if (rate === 0) return 0
  let lost = 0
  for (let at = skip(rate, random); at < ticks; at += 1 + skip(rate, random)) lost++
  return lost
}

const skip = (rate: number, random: Random): number => Math.floor(random.exponential() / rate)
