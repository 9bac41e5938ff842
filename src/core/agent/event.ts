/**
 * What a world tells an agent. Every event carries the reading at which it was delivered; `received` and `sent`
 * carry the (earlier, better) reading at which the packet really passed.
 */
import type { DisruptionSign } from '#core/guest/disruption.ts'
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Stamp } from '#core/time/stamp.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Steered } from './action.ts'
import type { AgentConfig } from './config.ts'

export type AgentEvent =
  | {
      readonly kind: 'started'
      readonly now: Reading
      readonly precision: Seconds
      /** What the clock gains on the counter, as whoever kept it before has left it; absent: nothing. */
      readonly rate?: Rate
    }
  | { readonly kind: 'woke'; readonly now: Reading }
  | {
      readonly kind: 'datagram'
      readonly now: Reading
      readonly flow: Flow
      readonly from: Endpoint
      readonly bytes: Uint8Array
      readonly received: Stamp
    }
  | { readonly kind: 'sent'; readonly now: Reading; readonly flow: Flow; readonly sent: Stamp }
  | { readonly kind: 'refused'; readonly now: Reading; readonly flow: Flow; readonly why: SendRefusal }
  | {
      readonly kind: 'resolved'
      readonly now: Reading
      readonly name: string
      /** Empty when the name has no address or the resolver failed; `failure` then says how. */
      readonly addresses: readonly string[]
      readonly failure?: string
    }
  | { readonly kind: 'steered'; readonly now: Reading; readonly steered: Steered }
  | { readonly kind: 'disrupted'; readonly now: Reading; readonly sign: DisruptionSign }
  /** Somebody with the right to say so allows the clock to be stepped to where it should be, once. */
  | { readonly kind: 'permitted'; readonly now: Reading }
  | { readonly kind: 'configured'; readonly now: Reading; readonly config: AgentConfig }

/** Why a datagram did not leave, or did not arrive as the network said: the names that people read. */
export type SendRefusal = 'connection-refused' | 'network-unreachable' | 'not-permitted' | 'send-failed'
