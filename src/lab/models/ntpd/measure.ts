/**
 * One exchange as ntpd has it (receive, process_packet and peer_xmit of ntp_proto.c, basic mode): which answers count, and the
 * four timestamps of which the two that are its own come from the clock that it disciplines.
 */
import { AT, int8At, isZeroTime, putShort, putUint32, shortAt, uint32At } from '#core/ntp/header.ts'
import { kissOf } from '#core/ntp/kiss.ts'
import { HEADER_LENGTH } from '#core/ntp/packet.ts'
import { type Leap, leapFromBits, leapToBits } from '#core/time/leap.ts'
import { type PollLog2, pollInterval, type Rate, type Seconds } from '#core/time/units.ts'
import type { OwnClock } from '../own-clock.ts'
import { type Association, MAX_DISPERSION, UNSPECIFIED_STRATUM } from './association.ts'

export interface Measurement {
  readonly offset: Seconds
  readonly delay: Seconds
  readonly dispersion: Seconds
}

/** What ntpd says of itself in its requests. */
export interface OwnHeader {
  readonly leap: Leap
  readonly stratum: number
  /** log2 of seconds. */
  readonly precision: number
  readonly rootDelay: Seconds
  readonly rootDispersion: Seconds
  readonly refid: number
}

/** From the first stratum that is believed to the one that is not any more. */
export interface StratumLimits {
  readonly floor: number
  readonly ceiling: number
}

/** `nothing`: dropped without a trace. `slow-down`: a kiss RATE. `useless`: an answer, but of nobody who knows the time. */
export type Received = 'nothing' | 'slow-down' | 'useless' | 'answer'

const CLIENT = 3
const ACTIVE = 1
const PASSIVE = 2
const SERVER = 4
const BROADCAST = 5

export function ask(peer: Association, header: OwnHeader, clock: OwnClock, wall: Seconds): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH)
  const mode = peer.config.kind === 'peer' ? ACTIVE : CLIENT
  bytes[0] = (leapToBits(header.leap) << 6) | (peer.config.version << 3) | mode
  bytes[1] = header.stratum === UNSPECIFIED_STRATUM ? 0 : header.stratum
  bytes[AT.poll] = peer.hostPoll
  bytes[AT.precision] = header.precision
  putShort(bytes, AT.rootDelay, header.rootDelay)
  putShort(bytes, AT.rootDispersion, header.rootDispersion)
  putUint32(bytes, AT.refid, header.refid)
  peer.transmit.put(bytes, AT.origin)
  clock.put(bytes, AT.transmit, wall)
  peer.origin.take(bytes, AT.transmit)
  peer.askedAt = wall
  return bytes
}

/** Is this the answer to what was asked last, and does whoever answers know the time? Takes over what the packet says. */
export function receive(peer: Association, bytes: Uint8Array, limits: StratumLimits): Received {
  if (bytes.length < HEADER_LENGTH || !isAnswer(bytes[0]! & 7)) return 'nothing'
  if (isZeroTime(bytes, AT.transmit) || peer.transmit.is(bytes, AT.transmit)) return 'nothing'
  if (!peer.origin.known || !peer.origin.is(bytes, AT.origin)) return 'nothing'
  peer.origin.forget()
  return takeOver(peer, bytes, limits)
}

/** The same of a packet that was sent to a group. */
export function hear(peer: Association, bytes: Uint8Array, limits: StratumLimits): Received {
  if (isZeroTime(bytes, AT.transmit) || peer.transmit.is(bytes, AT.transmit)) return 'nothing'
  return takeOver(peer, bytes, limits)
}

/** Of a server, or of a peer that asks itself or only answers. */
const isAnswer = (mode: number): boolean => mode === SERVER || mode === ACTIVE || mode === PASSIVE

export const isBroadcast = (bytes: Uint8Array): boolean =>
  bytes.length >= HEADER_LENGTH && (bytes[0]! & 7) === BROADCAST

/** Would an association be made for whoever sends this to a group? */
export function isWorthHearing(bytes: Uint8Array, { floor, ceiling }: StratumLimits): boolean {
  const stratum = bytes[1]! === 0 ? UNSPECIFIED_STRATUM : bytes[1]!
  return leapFromBits(bytes[0]! >> 6) !== 'unknown' && stratum >= floor && stratum < ceiling
}

function takeOver(peer: Association, bytes: Uint8Array, limits: StratumLimits): Received {
  peer.transmit.take(bytes, AT.transmit)
  peer.peerPoll = Math.max(peer.minpoll, int8At(bytes, AT.poll))
  const leap = leapFromBits(bytes[0]! >> 6)
  const stratum = bytes[1]!
  const refid = uint32At(bytes, AT.refid)
  if (stratum === 0 && leap === 'unknown') return kissOf(refid) === 'rate' ? 'slow-down' : 'nothing'
  peer.leap = leap
  peer.stratum = stratum === 0 ? UNSPECIFIED_STRATUM : Math.min(stratum, UNSPECIFIED_STRATUM)
  peer.resolution = pollInterval(int8At(bytes, AT.precision))
  peer.rootDelay = shortAt(bytes, AT.rootDelay)
  peer.rootDispersion = shortAt(bytes, AT.rootDispersion)
  peer.refid = refid
  const synchronised = leap !== 'unknown' && peer.stratum >= limits.floor && peer.stratum < limits.ceiling
  const near = peer.rootDelay / 2 + peer.rootDispersion < MAX_DISPERSION
  return synchronised && near ? 'answer' : 'useless'
}

/** The poll interval that a kiss RATE asks for, and that of a server that sends to a group. */
export const askedPoll = (bytes: Uint8Array): PollLog2 => int8At(bytes, AT.poll)

export function measure(
  peer: Association,
  bytes: Uint8Array,
  received: Seconds,
  clock: OwnClock,
  rules: { readonly precision: Seconds; readonly dispersion: Rate },
): Measurement {
  const out = clock.read(bytes, AT.receive) - peer.askedAt
  const back = clock.read(bytes, AT.transmit) - received
  const delay = Math.max(Math.abs(out - back), rules.precision)
  return {
    offset: (out + back) / 2 + peer.config.bias,
    delay,
    dispersion: rules.precision + peer.resolution + rules.dispersion * delay,
  }
}

/**
 * What a packet says that nobody has asked for: half of the association's delay is added. That is learned from the first such
 * packet, as twice what it is off from the last answer (a clock that is slewed meanwhile spoils it), and from then on it is
 * that of whichever sample the filter chooses.
 */
export function measureHeard(
  peer: Association,
  bytes: Uint8Array,
  received: Seconds,
  clock: OwnClock,
  rules: { readonly precision: Seconds; readonly dispersion: Rate },
  delayOf: (twice: Seconds) => Seconds,
): Measurement {
  const back = clock.read(bytes, AT.transmit) - received
  if (peer.heard === 'calibrated') peer.delay = delayOf(2 * (peer.offset - back))
  const delay = Math.max(peer.delay, rules.precision)
  return {
    offset: back + peer.delay / 2,
    delay,
    dispersion: rules.precision + peer.resolution + rules.dispersion * delay,
  }
}
