/**
 * An NTP server that answers real packets with a clock of its own: right, wrong by a constant or a drift,
 * unsynchronised, silent for a while. What it claims about its distance to the truth is stated, not checked.
 */
import { AT, putShort, putTime, putUint32, wireNanoseconds, wireSeconds } from '#core/ntp/header.ts'
import { decodePacket, HEADER_LENGTH } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { countNanoseconds, type Instant } from '#core/time/instant.ts'
import { type Leap, leapToBits } from '#core/time/leap.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { LinkConfig } from './link.ts'
import type { TrueTime } from './true-time.ts'

export interface ServerConfig {
  readonly address: string
  readonly link: LinkConfig
  readonly stratum?: number
  readonly leap?: Leap
  /** Until when `leap` is announced; for ever when absent. */
  readonly leapUntil?: Seconds
  readonly rootDelay?: Seconds
  readonly rootDispersion?: Seconds
  /** Its clock minus true time. */
  readonly offset?: Seconds
  readonly drift?: Rate
  /** From `at` on its clock is off by `offset` instead. */
  readonly lies?: readonly { readonly at: Seconds; readonly offset: Seconds }[]
  /** How long it thinks about an answer. */
  readonly processing?: Seconds
  /** It only says that it thought for so long, and answers at once. */
  readonly hurries?: boolean
  readonly refid?: string
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

export function ntpServer(config: ServerConfig): Peer {
  const scale = new WireScale()
  const usual = usualReply(config)
  const { address, link, lies, drift = 0, processing = PROCESSING } = config
  return {
    address,
    link,
    processing: config.hurries ? 0 : processing,
    answer(request, at, start) {
      if (request.length !== HEADER_LENGTH && decodePacket(request).kind === 'refused') return undefined
      if ((request[0]! & 7) !== 3) return undefined
      scale.startAt(start)
      const offset = lies?.findLast(lie => at >= lie.at)?.offset ?? config.offset ?? 0
      const received = at + offset + drift * at
      const reply = new Uint8Array(HEADER_LENGTH)
      for (let i = 0; i < AT.reference; i++) reply[i] = usual[i]!
      reply[0] = (leapAt(config, at) << 6) | (request[0]! & 0x38) | 4
      reply[AT.poll] = request[AT.poll]!
      scale.put(reply, AT.reference, received, -1)
      for (let i = 0; i < 8; i++) reply[AT.origin + i] = request[AT.transmit + i]!
      scale.put(reply, AT.receive, received, 0)
      scale.put(reply, AT.transmit, received, processing)
      return reply
    },
  }
}

/** What is the same in all of its replies. */
function usualReply({
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

const leapAt = (
  { leap = 'none', leapUntil = Number.POSITIVE_INFINITY }: ServerConfig,
  at: TrueTime,
): number => leapToBits(at < leapUntil ? leap : 'none')

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

  /** A clock that has run for `elapsed`, and then for `more`, each rounded to the nanosecond. */
  put(bytes: Uint8Array, at: number, elapsed: Seconds, more: Seconds): void {
    putTime(bytes, at, this.#seconds, this.#nanoseconds + countNanoseconds(elapsed) + countNanoseconds(more))
  }
}
