/** What an agent answers: everything that a world can be asked to do. */

import type { Steering } from '#core/discipline/steering.ts'
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import type { Monotonic, Reading } from '#core/time/instant.ts'
import type { Leap } from '#core/time/leap.ts'
import type { Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'

export type AgentAction =
  /** Open `flow` (a fresh socket) when it is new, and send. */
  | { readonly kind: 'send'; readonly flow: Flow; readonly to: Endpoint; readonly bytes: Uint8Array }
  /** No more datagrams of this flow are wanted. */
  | { readonly kind: 'release'; readonly flow: Flow }
  /** Wake me at this reading of the counter. A later `wake` replaces an earlier one. */
  | { readonly kind: 'wake'; readonly at: Monotonic }
  | { readonly kind: 'resolve'; readonly name: string }
  | { readonly kind: 'steer'; readonly order: Steering }
  /** Tell whoever asks the kernel. */
  | { readonly kind: 'announce'; readonly claim: Claim }
  | { readonly kind: 'record'; readonly record: TraceRecord }

/** What applications may believe of the clock; a kernel hands it out with the time (ntp_adjtime). */
export interface Claim {
  /** True time lies within this of the clock; undefined when nobody should rely on it: unsynchronised. */
  readonly errorBound: Seconds | undefined
  readonly jitter: Seconds
  /** `insert` and `delete` only on the day whose last minute they change. */
  readonly leap: Leap
}

/** What was really done, and the reading right after it. A world that may not steer says so and does nothing. */
export type Steered =
  | {
      readonly kind: 'steered'
      readonly now: Reading
      readonly stepped: Seconds
      /** When a slew will be over; the order must be given again then, or the clock runs past its line. */
      readonly settles: Monotonic | undefined
    }
  | { readonly kind: 'not-steered'; readonly now: Reading; readonly why: string }
