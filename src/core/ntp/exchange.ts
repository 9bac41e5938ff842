/**
 * One exchange with a server, from the client's side (RFC 5905, section 8), and every test that its reply must pass.
 *
 * The request tells nothing about us: version, mode and poll are set, everything else is zero and the transmit
 * timestamp is 64 random bits (draft-ietf-ntp-data-minimization). So the origin of the reply proves that whoever
 * answers has seen the request. Until that proof every test leaves no trace: a forged packet cannot use the exchange
 * up, and the honest reply after it still counts.
 *
 * The four times of the exchange are kept as the server's two wire timestamps and two readings of our own unsteered
 * counter, so no step or slew of our clock can enter a measurement.
 */
import { monotonicSince } from '#core/time/counted-reading.ts'
import type { Instant } from '#core/time/instant.ts'
import { fromNtpTime, type NtpTime, ntpTime, sinceNtp, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import type { Stamp } from '#core/time/stamp.ts'
import { type PollLog2, pollInterval, type Rate, type Seconds } from '#core/time/units.ts'
import type { Endpoint, Flow } from './endpoint.ts'
import { AT, putNtpTime } from './header.ts'
import { kissOf } from './kiss.ts'
import { HEADER_LENGTH, type Packet, type Refused, refused } from './packet.ts'

export interface Exchange {
  readonly flow: Flow
  readonly to: Endpoint
  readonly version: 3 | 4
  /** The random 64 bits that the reply must bring back. */
  readonly nonce: NtpTime
  /** When the request left: first as the program saw it, then as the kernel did. */
  sent: Stamp
  answered: boolean
}

/** What must be remembered of earlier exchanges with the same server. */
export interface ExchangeMemory {
  /** Nonces of earlier requests, newest last; the one that is being answered may be among them. */
  readonly earlier: readonly NtpTime[]
  /** The transmit timestamp of the newest accepted reply. */
  readonly lastTransmit: NtpTime
}

/** A reply that passed every test, as numbers of the discipline. */
export interface Measured {
  readonly kind: 'measured'
  readonly packet: Packet
  /** Halfway between the server's two timestamps. */
  readonly serverTime: Instant
  readonly delay: Seconds
  /** How wrong this exchange can be beyond half its delay: resolutions and stamping. */
  readonly dispersion: Seconds
}

/** The largest root distance that is information at all (RFC 5905, MAXDISP). */
const MAX_DISTANCE: Seconds = 16
/** log2 of the coarsest precision that anything claiming to be a clock server may have: 0.5 s. */
const WORST_PRECISION = -1

const CLIENT = 3

export function request(nonce: NtpTime, version: 3 | 4, poll: PollLog2): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH)
  bytes[0] = (version << 3) | CLIENT
  bytes[AT.poll] = poll
  putNtpTime(bytes, AT.transmit, nonce)
  return bytes
}

/** 64 random bits that are never zero (a zero transmit timestamp means "unknown"). */
export function makeNonce(random: () => number): NtpTime {
  const bits = (BigInt(random() >>> 0) << 32n) | BigInt(random() >>> 0)
  return bits === 0n ? ntpTime(1n) : ntpTime(bits)
}

/**
 * Is this the reply? `Refused` says why not. Sets `exchange.answered` as soon as the origin proves that it is one,
 * whatever the later tests say: a server that answered once is not listened to twice.
 * `rate` is what we know of our counter (true seconds per counter second, minus one), for the round trip.
 */
export function judgeReply(
  exchange: Exchange,
  memory: ExchangeMemory,
  reply: { readonly packet: Packet; readonly from: Endpoint; readonly received: Stamp },
  counter: { readonly rate: Rate; readonly rateBound: Rate; readonly precision: Seconds },
): Measured | Refused {
  const stranger = proveReply(exchange, memory, reply.packet, reply.from)
  if (stranger) return stranger
  exchange.answered = true
  const unusable = checkServer(reply.packet)
  if (unusable) return unusable
  return measure(exchange, memory, reply.packet, reply.received, counter)
}

/** Everything that a packet must be before it is believed to come from the server that was asked. */
function proveReply(
  exchange: Exchange,
  memory: ExchangeMemory,
  packet: Packet,
  from: Endpoint,
): Refused | undefined {
  if (from.address !== exchange.to.address || from.port !== exchange.to.port) return refused('wrong-source')
  if (packet.mode !== 4) return refused('wrong-mode')
  if (packet.version < 3 || packet.version > exchange.version) return refused('wrong-version')
  if (packet.origin === UNKNOWN_TIME) return refused('zero-origin')
  if (packet.origin !== exchange.nonce) {
    return refused(memory.earlier.includes(packet.origin) ? 'late-reply' : 'bogus-origin')
  }
  if (exchange.answered) return refused('duplicate')
  if (packet.mac) return refused(packet.mac.digest.length === 0 ? 'crypto-nak' : 'unexpected-mac')
  return undefined
}

/** What the server says about itself (TEST3, 4, 6 and 7). */
function checkServer(packet: Packet): Refused | undefined {
  if (packet.stratum === 0) {
    const kiss = kissOf(packet.refid)
    return refused(kiss === 'not-synchronised' ? kiss : `kiss-${kiss}`)
  }
  if (packet.receive === UNKNOWN_TIME || packet.transmit === UNKNOWN_TIME) return refused('zero-times')
  if (packet.leap === 'unknown' || packet.stratum > 15) return refused('not-synchronised')
  if (packet.rootDelay / 2 + packet.rootDispersion >= MAX_DISTANCE) return refused('too-distant')
  if (packet.precision > WORST_PRECISION) return refused('absurd-precision')
  if (
    packet.reference !== UNKNOWN_TIME &&
    sinceNtp(packet.reference, packet.transmit) > pollInterval(packet.precision)
  ) {
    return refused('reference-in-future')
  }
  return undefined
}

/** Causality, then the round trip (RFC 5905, section 8, with counter readings for T1 and T4). */
function measure(
  exchange: Exchange,
  memory: ExchangeMemory,
  packet: Packet,
  received: Stamp,
  counter: { readonly rate: Rate; readonly rateBound: Rate; readonly precision: Seconds },
): Measured | Refused {
  const serverResolution = pollInterval(packet.precision)
  const processing = sinceNtp(packet.transmit, packet.receive)
  if (processing < -serverResolution) return refused('impossible-times')
  const elapsed = monotonicSince(received.at, exchange.sent.at)
  const stamping = exchange.sent.uncertainty + received.uncertainty
  const resolution = counter.precision + serverResolution
  const drift = counter.rateBound * elapsed
  const delay = elapsed * (1 + counter.rate) - processing
  if (elapsed < 0 || delay < -(stamping + resolution + drift)) return refused('impossible-times')
  if (memory.lastTransmit !== UNKNOWN_TIME && sinceNtp(packet.transmit, memory.lastTransmit) <= 0) {
    return refused('server-went-backwards')
  }
  const receive = fromNtpTime(packet.receive)
  return {
    kind: 'measured',
    packet,
    serverTime: (receive + BigInt(Math.round((processing / 2) * 1e9))) as Instant,
    delay: Math.max(delay, counter.precision),
    dispersion: resolution + stamping + drift,
  }
}
