/** A host has a clock of its own, kept well or badly, and a counter that its guests count with. */
import type { Rate, Seconds } from '#core/time/units.ts'

export interface Host {
  /** Its clock minus true time when the guest comes to it, or at the beginning of the simulation. */
  readonly offset?: Seconds
  /** What its clock gains on true time from then on. */
  readonly drift?: Rate
  /** Somebody sets its clock forward by `size`. */
  readonly steps?: readonly { readonly at: Seconds; readonly size: Seconds }[]
  /** What guests count faster here than the simulation's oscillator says. */
  readonly counter?: Rate
}

/** How far the clock of a host is ahead of true time, on which the guest is since `since`. */
export function aheadOf({ offset = 0, drift = 0, steps }: Host, since: Seconds, at: Seconds): Seconds {
  let ahead = offset + drift * (at - since)
  if (steps) for (const step of steps) if (at >= step.at) ahead += step.size
  return ahead
}
