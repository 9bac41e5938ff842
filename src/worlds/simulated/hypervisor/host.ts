/** A host has a clock of its own, kept well or badly, and a counter that its guests count with. */
import type { Rate, Seconds } from '#core/time/units.ts'

export interface Host {
  /** Its clock minus true time at the beginning of the simulation. */
  readonly offset?: Seconds
  /** What its clock gains on true time. */
  readonly drift?: Rate
  /** Somebody sets its clock forward by `size`. */
  readonly steps?: readonly { readonly at: Seconds; readonly size: Seconds }[]
  /** What guests count faster here than the simulation's oscillator says. */
  readonly counter?: Rate
}

/** How far the clock of a host is ahead of true time. */
export function aheadOf({ offset = 0, drift = 0, steps }: Host, at: Seconds): Seconds {
  let ahead = offset + drift * at
  if (steps) for (const step of steps) if (at >= step.at) ahead += step.size
  return ahead
}
