/** What an agent answers: everything that a world can be asked to do. */

import type { Instant, Monotonic, Reading } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { Endpoint, Flow } from './event.ts'

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

/**
 * Where the clock should be: at the counter reading `at` it should have read `wall`, and it should gain `rate` on
 * the counter from there on (wall seconds per counter second, minus one). An absolute order: giving it twice changes nothing.
 */
export interface Steering {
  readonly at: Monotonic
  readonly wall: Instant
  readonly rate: Rate
}

/** What was really done, and the reading right after it. A world that may not steer says so and does nothing. */
export type Steered =
  | { readonly kind: 'steered'; readonly now: Reading; readonly stepped: Seconds }
  | { readonly kind: 'not-steered'; readonly now: Reading; readonly why: string }
