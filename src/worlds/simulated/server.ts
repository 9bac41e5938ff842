/**
 * An NTP server that answers real packets with a clock of its own: right, wrong by a constant or a drift,
 * unsynchronised, silent for a while, tired of being asked. What it claims about its distance to the truth is stated, not
 * checked.
 */
import { AT, putShort, putTime, putUint32, uint32At, wireNanoseconds, wireSeconds } from '#core/ntp/header.ts'
import { decodePacket, HEADER_LENGTH } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { logarithm2 } from '#core/number/elementary.ts'
import { countNanoseconds, type Instant } from '#core/time/instant.ts'
import { type Leap, leapToBits } from '#core/time/leap.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Announcer, Multicast } from './group.ts'
import type { LinkConfig } from './link.ts'
import { type RateLimit, RateLimiter } from './rate-limit.ts'
import type { TrueTime } from './true-time.ts'

export interface ServerConfig {
  readonly address: string
  readonly link: LinkConfig
  readonly stratum?: number
  readonly leap?: Leap
  /** From when and until when `leap` is announced; always when absent. */
  readonly leapFrom?: Seconds
  readonly leapUntil?: Seconds
  readonly rootDelay?: Seconds
  readonly rootDispersion?: Seconds
  /** Its clock minus true time. */
  readonly offset?: Seconds
  readonly drift?: Rate
  /** From `at` on its clock is off by `offset` instead. */
  readonly lies?: readonly { readonly at: Seconds; readonly offset: Seconds }[]
  /** What becomes of it. */
  readonly changes?: readonly ServerChange[]
  readonly rateLimit?: RateLimit
  /** How long it thinks about an answer. */
  readonly processing?: Seconds
  /** It only says that it thought for so long, and answers at once. */
  readonly hurries?: boolean
  readonly refid?: string
  /** It also sends its time to a group, unasked. */
  readonly multicast?: Multicast
}

/** From `at` on this holds, beside what was said before and is not said anew. */
export interface ServerChange {
  readonly at: Seconds
  /** It answers nothing. */
  readonly silent?: boolean
  /** `unknown`: it says that it is not synchronised. */
  readonly leap?: Leap
  readonly stratum?: number
  readonly rootDelay?: Seconds
  readonly rootDispersion?: Seconds
  /** Its clock begins to gain so much, beside what it did before. */
  readonly drift?: Rate
}

const PRECISION = -23
/** Whom a server of a higher stratum says that it follows. */
const LOOPBACK = 0x7f000001

/** Somebody on the network who may answer a datagram, after having thought about it for `processing`. */
export interface Peer {
  readonly address: string
  readonly link: LinkConfig
  readonly processing: Seconds
  /** How long a datagram that arrives at `at` lies at the door before it is looked at. */
  waits?(at: TrueTime): Seconds
  /** The answer to a datagram that arrives at `at`, or nothing. `start` is the instant of true time zero. */
  answer(request: Uint8Array, at: TrueTime, start: Instant): Uint8Array | undefined
}

const PROCESSING: Seconds = 10e-6
/** So many whole seconds before, it says, its own clock was set. */
const POLLED = 1

/** `clock` says by how much its clock is ahead of true time, where that is not for the configuration to say. */
export function ntpServer(
  config: ServerConfig,
  clock: (at: TrueTime) => Seconds = at => offsetAt(config, at),
): Peer {
  const scale = new WireScale()
  const { address, link, changes, processing = PROCESSING } = config
  const limiter = config.rateLimit && new RateLimiter(config.rateLimit)
  const standing = standingReply(config)
  const thoughtFor = countNanoseconds(processing)
  return {
    address,
    link,
    processing: config.hurries ? 0 : processing,
    answer(request, at, start) {
      if (request.length !== HEADER_LENGTH && decodePacket(request).kind === 'refused') return undefined
      const mode = ANSWERS[request[0]! & 7]
      if (mode === undefined) return undefined
      const now: Standing = changes ? standingAt(config, changes, at) : config
      if (now.silent) return undefined
      const verdict = limiter?.ask(at) ?? 'answer'
      if (verdict === 'silence') return undefined
      scale.startAt(start)
      const received = countNanoseconds(at + clock(at))
      const reply = now === config ? copied(standing) : standingReply(now)
      reply[0] = (leapAt(now, at) << 6) | (request[0]! & 0x38) | mode
      reply[AT.poll] = request[AT.poll]!
      for (let i = 0; i < 8; i++) reply[AT.origin + i] = request[AT.transmit + i]!
      scale.put(reply, AT.receive, received)
      if (thoughtFor === 0) for (let i = 0; i < 8; i++) reply[AT.transmit + i] = reply[AT.receive + i]!
      else scale.put(reply, AT.transmit, received + thoughtFor)
      for (let i = 4; i < 8; i++) reply[AT.reference + i] = reply[AT.receive + i]!
      putUint32(reply, AT.reference, uint32At(reply, AT.receive) - POLLED)
      if (verdict === 'kiss') kiss(reply)
      return reply
    },
  }
}

/**
 * By the mode of a request that of the answer: a client's (3) is that of a server (4). A symmetric active one (1), of somebody who
 * has it as a peer, is symmetric passive (2): it keeps no association with him, whom it was not told of.
 */
const ANSWERS: { readonly [mode: number]: number } = { 1: 2, 3: 4 }

const VERSION = 4
const BROADCAST = 5

/** The same server as one that sends to a group: no origin, since nobody has asked; undefined when it does not. */
export function announcer(config: ServerConfig): Announcer | undefined {
  const { address, link, changes, multicast } = config
  if (!multicast) return undefined
  const scale = new WireScale()
  const poll = Math.round(logarithm2(multicast.every))
  return {
    address,
    link,
    multicast,
    announce(at, start) {
      const now: Standing = changes ? standingAt(config, changes, at) : config
      if (now.silent) return undefined
      scale.startAt(start)
      const sent = countNanoseconds(at + offsetAt(config, at))
      const packet = standingReply(now)
      packet[0] = (leapAt(now, at) << 6) | (VERSION << 3) | BROADCAST
      packet[AT.poll] = poll
      scale.put(packet, AT.reference, sent - POLLED * 1e9)
      scale.put(packet, AT.transmit, sent)
      return packet
    },
  }
}

interface Standing extends ServerConfig {
  readonly silent?: boolean
}

/** What it says of itself after all changes up to now. */
function standingAt(config: ServerConfig, changes: readonly ServerChange[], now: TrueTime): Standing {
  let standing: Standing = config
  for (const { at, drift: _, ...change } of changes) if (now >= at) standing = { ...standing, ...change }
  return standing
}

function offsetAt({ lies, offset = 0, drift = 0, changes }: ServerConfig, now: TrueTime): Seconds {
  let ahead = (lies?.findLast(lie => now >= lie.at)?.offset ?? offset) + drift * now
  if (changes) for (const change of changes) ahead += (change.drift ?? 0) * Math.max(0, now - change.at)
  return ahead
}

/** What is the same in all of its replies. */
function standingReply({
  stratum = 1,
  rootDelay = 0,
  rootDispersion = 0,
  refid = 'SIM',
}: ServerConfig): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH)
  bytes[1] = stratum
  bytes[AT.precision] = PRECISION
  putShort(bytes, AT.rootDelay, rootDelay)
  putShort(bytes, AT.rootDispersion, rootDispersion)
  putUint32(bytes, AT.refid, stratum === 1 || stratum === 0 ? refidOf(refid) : LOOPBACK)
  return bytes
}

/** A constructor that is given an array asks for how it is to be walked through. */
function copied(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(HEADER_LENGTH)
  copy.set(bytes)
  return copy
}

const leapAt = (
  { leap = 'none', leapFrom = 0, leapUntil = Number.POSITIVE_INFINITY }: ServerConfig,
  at: TrueTime,
): number => leapToBits(leap === 'unknown' || (at >= leapFrom && at < leapUntil) ? leap : 'none')

/** Turns a reply into the kiss that asks for fewer questions (RFC 5905, 7.4): stratum 0, RATE, not synchronised. */
function kiss(reply: Uint8Array): void {
  reply[0]! |= leapToBits('unknown') << 6
  reply[1] = 0
  putUint32(reply, AT.refid, refidOf('RATE'))
}

/** The instant of true time zero, as timestamps are reckoned from it. */
class WireScale {
  #start: Instant | undefined
  #seconds = 0
  #nanoseconds = 0

  startAt(start: Instant): void {
    if (start === this.#start) return
    this.#start = start
    this.#seconds = wireSeconds(start)
    this.#nanoseconds = wireNanoseconds(start)
  }

  /** What a clock says that has run for so many nanoseconds. */
  put(bytes: Uint8Array, at: number, elapsedNs: number): void {
    putTime(bytes, at, this.#seconds, this.#nanoseconds + elapsedNs)
  }
}
