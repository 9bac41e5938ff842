/**
 * What a hypervisor does with a guest, and when.
 *
 * A snapshot that is reverted to is told from the end: `revert` says when the snapshot was made and when it was loaded. What
 * the guest lived through in between is undone, memory and all, so nobody in the guest that goes on has ever seen it: its
 * life leads from the snapshot straight to the moment of the revert. That is what is simulated. The life that was thrown
 * away is not: in that time the guest does not run, and what it would have shown or sent then is nowhere. (To see it,
 * run the same story without the revert.)
 */
import type { Seconds } from '#core/time/units.ts'
import type { Verb } from './family.ts'
import type { Host } from './host.ts'

export type LifeEvent =
  | { readonly verb: 'pause' | 'suspend' | 'sleep'; readonly at: Seconds; readonly length: Seconds }
  | {
      readonly verb: 'migrate'
      /** When the guest stops on the old host. */
      readonly at: Seconds
      readonly downtime: Seconds
      readonly to?: Host
    }
  | {
      readonly verb: 'revert'
      /** When the snapshot was made. */
      readonly snapshot: Seconds
      /** When it was loaded. */
      readonly at: Seconds
    }

/** When the guest does not run. */
export interface Gap {
  readonly verb: Verb
  readonly from: Seconds
  readonly to: Seconds
}

export function gapOf(event: LifeEvent): Gap {
  switch (event.verb) {
    case 'migrate':
      return { verb: event.verb, from: event.at, to: event.at + event.downtime }
    case 'revert':
      return { verb: event.verb, from: event.snapshot, to: event.at }
    default:
      return { verb: event.verb, from: event.at, to: event.at + event.length }
  }
}
