/**
 * A multicast group: servers that send their time to whoever listens, unasked, once in a while. One that has several addresses and
 * no route for the group may let a packet leave from another of them now and then, beside the usual one (field report 002).
 *
 * The interval is drawn anew each time, up to a sixteenth above what it is called, as ntpd does it.
 */
import type { Instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LinkConfig } from './link.ts'
import type { Random } from './random.ts'
import { later, type TrueTime } from './true-time.ts'

export interface Multicast {
  readonly every: Seconds
  /** Of so many packets a copy leaves from each of these addresses of the server. */
  readonly strays?: { readonly addresses: readonly string[]; readonly part: number }
}

/** Somebody who sends to the group. */
export interface Announcer {
  readonly address: string
  readonly link: LinkConfig
  readonly multicast: Multicast
  /** What leaves at `at`, if anything. `start` is the instant of true time zero. */
  announce(at: TrueTime, start: Instant): Uint8Array | undefined
}

const SPREAD = 1 / 16

/** When the next packet of one of them leaves. */
export const nextAnnouncement = ({ multicast }: Announcer, now: TrueTime, random: Random): TrueTime =>
  later(now, multicast.every * (1 + SPREAD * random.uniform()))

/** And the first, for somebody who has just begun to listen. */
export const firstAnnouncement = ({ multicast }: Announcer, now: TrueTime, random: Random): TrueTime =>
  later(now, multicast.every * random.uniform())

/** The addresses from which a packet leaves. */
export function sendersOf({ address, multicast: { strays } }: Announcer, random: Random): string[] {
  if (!strays) return [address]
  return [address, ...strays.addresses.filter(() => random.uniform() < strays.part)]
}
