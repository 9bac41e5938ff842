/**
 * When a server is asked (transmit and poll_update of ntp_proto.c). Every poll shifts the reach register; bursts ask every two
 * seconds; the interval is drawn anew within a sixteenth above its power of two, so that clients do not march in step.
 */
import type { PollLog2 } from '#core/time/units.ts'
import { type Association, interval, STAGES } from './association.ts'

/** Least interval between packets to a server. */
const GUARD = 2
/** How often a burst is tried until a server answers. */
const RETRIES = 3

/** A poll begins: `unreachable` tells that the last answer has just left the register. */
export interface Polled {
  /** What the interval comes to. */
  readonly poll: PollLog2
  readonly unreachable: boolean
  /** The filter should be told that this server says nothing any more. */
  readonly stale: boolean
  /** A burst of `ntpd -q` has ended without the clock having been set. */
  readonly burstOver: boolean
}

export interface PollRules {
  readonly systemPoll: PollLog2
  readonly unreach: number
  readonly staleReach: number
  /** Packets of an iburst that does not wait for a first answer; 0 where it does. */
  readonly unaskedBurst: number
  /** Whether the association may set the clock. */
  fit(peer: Association): boolean
}

/** The part of a poll that comes before the packet; afterwards `planPoll(peer, poll)`. */
export function beginPoll(peer: Association, now: number, rules: PollRules): Polled {
  let poll = peer.hostPoll
  let unreachable = false
  let stale = false
  let burstOver = false
  if (peer.burst > 0) {
    peer.burst--
    burstOver = peer.burst === 0
  } else {
    const reached = peer.reach
    peer.outDate = now
    peer.unreach++
    peer.reach = (peer.reach << 1) & 0xff
    stale = (peer.reach & rules.staleReach) === 0
    unreachable = peer.reach === 0 && reached !== 0
    if (peer.reach === 0) {
      if (rules.unaskedBurst > 0) {
        if (peer.config.iburst && peer.unreach === 1) peer.burst = rules.unaskedBurst
      } else if (peer.config.iburst && peer.retry === 0) peer.retry = RETRIES
    } else {
      poll = rules.systemPoll
      if (!peer.config.preempt) peer.unreach = 0
      if (peer.config.burst && peer.retry === 0 && rules.fit(peer)) peer.retry = RETRIES
    }
    if (peer.unreach >= rules.unreach) poll++
  }
  if (peer.retry > 0) peer.retry--
  return { poll, unreachable, stale, burstOver }
}

/** A packet left: it counts against the rate at which this server may be asked. */
export function countPacket(peer: Association, now: number): void {
  peer.throttleUntil = now + throttle(peer, now) + interval(peer.minpoll) - 2
}

/** An answer came. If a burst was being tried, it begins now. */
export function beginBurst(peer: Association, now: number, iburst: number): void {
  if (peer.retry === 0) return
  peer.retry = 0
  peer.burst = peer.reach === 0 ? iburst - 1 : Math.min(interval(peer.hostPoll - peer.minpoll), STAGES) - 1
  if (peer.burst > 0) peer.nextDate = now
}

/** Decides when the server is asked next, at an interval of `poll` within its limits. */
export function planPoll(peer: Association, poll: PollLog2, now: number, random: () => number): void {
  peer.hostPoll = Math.max(Math.min(peer.config.maxpoll, poll), peer.minpoll)
  const held = throttle(peer, now)
  const earliest = now + Math.max(held - (STAGES - 1) * interval(peer.minpoll), GUARD)
  if (peer.burst > 0) {
    if (peer.nextDate <= now) peer.nextDate = earliest
    return
  }
  const exponent =
    peer.retry > 0 ? peer.minpoll : peer.reach === 0 ? peer.hostPoll : Math.min(peer.peerPoll, peer.hostPoll)
  const drawn = peer.config.kind === 'local' ? interval(exponent) : drawInterval(exponent, random)
  peer.nextDate = Math.max(peer.outDate + drawn, earliest)
  if (held > interval(peer.minpoll)) peer.nextDate += GUARD
}

/** A server asks for fewer packets (kiss RATE). */
export function slowDown(peer: Association, poll: PollLog2, now: number, random: () => number): void {
  if (poll > peer.minpoll) peer.minpoll = Math.min(poll, peer.config.maxpoll)
  peer.burst = 0
  peer.retry = 0
  peer.throttleUntil = now + (STAGES + 1) * interval(peer.minpoll)
  planPoll(peer, poll, now, random)
}

export const limitsOf = (peer: Association): { readonly minpoll: PollLog2; readonly maxpoll: PollLog2 } => ({
  minpoll: peer.minpoll,
  maxpoll: peer.config.maxpoll,
})

const throttle = (peer: Association, now: number): number => Math.max(0, peer.throttleUntil - now)

/** 2^poll seconds and up to a sixteenth more, in whole seconds. */
const drawInterval = (poll: PollLog2, random: () => number): number =>
  Math.floor((interval(poll) * (0x1000 + (random() & 0xff))) / 0x1000)
