/** What a guest notices of what its hypervisor, or somebody with the right to set the clock, did to it. */
import type { Monotonic } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'

/** Between these two readings of the counter something happened; both ends belong to it. */
export interface Span {
  readonly from: Monotonic
  readonly to: Monotonic
}

export type DisruptionSign = SteppedSign | MeddledSign | DisruptedSign | HintSign

/** The wall clock was set by `size` (positive: forward), by somebody other than us. */
export interface SteppedSign {
  readonly kind: 'stepped'
  readonly size: Seconds
  readonly uncertainty: Seconds
  readonly at: Monotonic
  /** Who runs here that may have done it. */
  readonly suspects?: readonly string[]
}

/** The rate that the clock was told to run at has been changed, by somebody other than us. */
export interface MeddledSign {
  readonly kind: 'meddled'
  /** Who runs here that may have done it. */
  readonly suspects: readonly string[]
}

/** The clocks of two hosts differ by less. */
export const HOSTS_DIFFER: Seconds = 7 * 86_400

export type DisruptedSign = PausedSign | ChangedSign

/** How a sign came to be. */
interface Origin {
  readonly witness: string
  readonly during?: Span
  /** Somebody says so once for each event, and looks back over a span: what was settled in it was another one. */
  readonly told?: boolean
}

/** Every clock of this machine stood still for `lost` while true time ran on. */
export interface PausedSign extends Origin {
  readonly kind: 'paused'
  readonly lost: Seconds
  readonly uncertainty: Seconds
  /** When it may have been the witness that jumped: as little as this may be lost, … */
  readonly atLeast?: Seconds
  /** … and so much more than it says, when it shows the clock of a host and this may be another host with another time. */
  readonly beyond?: Seconds
}

/**
 * Something happened, and nobody can say how long it took. `counter-changed`: another host may count from now on, at
 * another rate. `restored`: the memory of this machine was loaded from a snapshot, which may be as old as you like. `stopped`:
 * it stood still, for nobody knows how long.
 */
export interface ChangedSign extends Origin {
  readonly kind: 'stopped' | 'counter-changed' | 'restored'
}

/** Worth asking the sources about; proves nothing. */
export interface HintSign {
  readonly kind: 'hint'
  readonly witness: string
  readonly text: string
  /** The clock of the host is another one since: the guest may have stood still, for nobody knows how long. */
  readonly during?: Span
}
