/**
 * Who sent time unasked, to a broadcast address or a multicast group. Such a packet has no origin time, so it shows no delay;
 * ntpd sends one in 2^poll seconds, later by a sixteenth at most.
 *
 * An address that is heard far more rarely than others, and at no fixed interval, is no server: copies of somebody's packets leave
 * from another address of his now and then, for want of a route. Of whose, no packet tells; a host with several networks often has
 * the same number in each.
 */
import { grouped } from '#core/grouped.ts'
import { median, quantile } from '#core/number/quantile.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'

export interface Announcing {
  readonly address: string
  /** One packet in so long. */
  readonly every: Seconds
  /** Its other addresses, and of which part of its packets a copy left from each of them. */
  readonly strays: readonly string[]
  readonly part: number
}

interface Packet {
  readonly address: string
  readonly clock: Seconds
  /** Not a number where nobody had asked. */
  readonly delay: Seconds
}

interface Heard {
  readonly address: string
  readonly times: readonly Seconds[]
}

/** A server is heard so many times as often as one of its strays. */
const RARE = 4
/** Of whoever sends on time, half of all packets and more come about as long after the last. */
const ABOUT = 1 / 8
const ON_TIME = 0.5
/** Some are late. */
const SOONEST = 0.05

export function announcingOf(packets: readonly Packet[]): Announcing[] {
  const unasked = packets.filter(({ delay }) => Number.isNaN(delay))
  const all = [...grouped(unasked, ({ address }) => address)].map(
    ([address, own]): Heard => ({ address, times: own.map(({ clock }) => clock) }),
  )
  const most = all.reduce((count, each) => Math.max(count, each.times.length), 0)
  const isStray = (each: Heard) => RARE * each.times.length <= most && !isOnTime(each)
  const servers = all.filter(each => !isStray(each) && each.times.length > 1)
  const strays = all.filter(isStray).map(stray => ({ stray, owner: ownerOf(stray, servers) }))
  return servers.map(server => {
    const own = strays.filter(({ owner }) => owner === server).map(({ stray }) => stray)
    const copies = own.reduce((sum, each) => sum + each.times.length, 0)
    return {
      address: server.address,
      every: 2 ** Math.max(0, Math.round(Math.log2(quantile(gapsOf(server), SOONEST)))),
      strays: own.map(({ address }) => address),
      part: own.length === 0 ? 0 : copies / own.length / server.times.length,
    }
  })
}

const ownerOf = ({ address }: Heard, servers: readonly Heard[]): Heard | undefined =>
  servers.find(server => hostNumber(server.address) === hostNumber(address)) ?? servers[0]

const hostNumber = (address: string): string => /[^.:]*$/.exec(address)![0]

function isOnTime(heard: Heard): boolean {
  const gaps = gapsOf(heard)
  if (gaps.length < 2) return false
  const usual = median(gaps)
  return gaps.filter(gap => Math.abs(gap - usual) <= ABOUT * usual).length >= ON_TIME * gaps.length
}

const gapsOf = ({ times }: Heard): Seconds[] => times.slice(1).map((at, i) => Math.max(1, at - times[i]!))

/** What the story makes of it. */
export function sayAnnouncing({ address, every, strays }: Announcing): string {
  const rare =
    strays.length === 0
      ? ''
      : `; what came from ${strays.join(' and ')}, rarely and at no fixed interval, is taken for copies of its packets`
  return `${address} sent its time unasked, about once in ${duration(every)}: in the story it does so, too, and answers whoever asks${rare}`
}
