/**
 * What somebody outside says that was done to this machine: a hook of libvirt, a cloud's maintenance event, an operator. It
 * is a witness like any other, and as it comes late, it is about a span.
 */
import { type Monotonic, plus } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { DisruptedSign } from './disruption.ts'

/** `resumed`: it stood still and runs again. `migrated`: it is on another host. `restored`: it was loaded from a snapshot. */
export const HOST_EVENTS = ['resumed', 'migrated', 'restored'] as const

export interface HostEvent {
  readonly what: (typeof HOST_EVENTS)[number]
  /** How long the machine stood still; undefined when nobody said. */
  readonly lost: Seconds | undefined
  readonly uncertainty: Seconds
  /** It happened within so long before it was told. */
  readonly within: Seconds
}

const WITNESS = 'host-event'

/** Who says how long it took may be wrong about it: anything from nothing to that is possible. */
export function signOf({ what, lost, uncertainty, within }: HostEvent, now: Monotonic): DisruptedSign {
  const origin = { witness: WITNESS, during: { from: plus(now, -within), to: now }, told: true }
  if (what === 'migrated') return { kind: 'counter-changed', ...origin }
  if (what === 'restored') return { kind: 'restored', ...origin }
  if (lost === undefined) return { kind: 'stopped', ...origin }
  return { kind: 'paused', ...origin, lost, uncertainty, atLeast: 0 }
}
