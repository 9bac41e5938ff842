/** What a guest notices of what its hypervisor, or somebody with the right to set the clock, did to it. */
import type { Monotonic } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'

export type DisruptionSign =
  /** The wall clock was set by `size` (positive: forward), by somebody other than us. */
  | {
      readonly kind: 'stepped'
      readonly size: Seconds
      readonly uncertainty: Seconds
      readonly at: Monotonic
    }
  /** Every clock of this machine stood still for `lost` while true time ran on. */
  | {
      readonly kind: 'paused'
      readonly lost: Seconds
      readonly uncertainty: Seconds
      readonly witness: string
    }
  /** The counter may run at another rate from now on: nothing learned about it holds. */
  | { readonly kind: 'counter-changed'; readonly witness: string }
