/** Why a source has its state, as a sentence for people. */
import type { SendRefusal } from '#core/agent/event.ts'
import { SOURCE_REASONS, type SourceReason } from '#core/agent/reason.ts'
import { PACKET_REFUSALS, type PacketRefusal } from '#core/ntp/refusal.ts'

/** Where packet tests turn its replies away, the sentence ends with what the last one was refused for. */
export function reasonText(source: {
  readonly reason: SourceReason
  readonly lastRefusal: PacketRefusal | undefined
}): string {
  const { reason, lastRefusal } = source
  const because =
    reason === 'replies-refused' && lastRefusal ? `; the last one: ${PACKET_REFUSALS[lastRefusal]}` : ''
  return SOURCE_REASONS[reason] + because
}

const BY_NETWORK: Record<SendRefusal, true> = {
  'connection-refused': true,
  'network-unreachable': true,
  'not-permitted': true,
  'send-failed': true,
}

/** It has never answered, and the network, or this machine, says that what was sent does not get there. */
export const isRefusedByNetwork = (source: {
  readonly reason: SourceReason
  readonly received: number
}): boolean => source.received === 0 && Object.hasOwn(BY_NETWORK, source.reason)
