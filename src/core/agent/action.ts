/** What an agent answers: everything that a world can be asked to do. */

import type { Steering } from '#core/discipline/steering.ts'
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import type { Monotonic, Reading } from '#core/time/instant.ts'
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
  | { readonly kind: 'record'; readonly record: TraceRecord }

/** What was really done, and the reading right after it. A world that may not steer says so and does nothing. */
export type Steered =
  | { readonly kind: 'steered'; readonly now: Reading; readonly stepped: Seconds }
  | { readonly kind: 'not-steered'; readonly now: Reading; readonly why: string }
