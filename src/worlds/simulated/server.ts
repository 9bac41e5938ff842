/**
 * An NTP server that answers real packets with a clock of its own: right, wrong by a constant or a drift,
 * unsynchronised, silent for a while. What it claims about its distance to the truth is stated, not checked.
 */
import { decodePacket, encodePacket } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { type Instant, plus } from '#core/time/instant.ts'
import type { Leap } from '#core/time/leap.ts'
import { toNtpTime } from '#core/time/ntp-time.ts'
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

export const ntpServer = (config: ServerConfig): Peer => ({
  address: config.address,
  link: config.link,
  processing: config.hurries ? 0 : (config.processing ?? PROCESSING),
  answer: (request, at, start) => answer(config, request, at, start),
})

function answer(
  server: ServerConfig,
  request: Uint8Array,
  at: TrueTime,
  start: Instant,
): Uint8Array | undefined {
  const decoded = decodePacket(request)
  if (decoded.kind === 'refused' || decoded.packet.mode !== 3) return undefined
  const offset = server.lies?.findLast(lie => at >= lie.at)?.offset ?? server.offset ?? 0
  const received = plus(start, at + offset + (server.drift ?? 0) * at)
  const { stratum = 1, rootDelay = 0, rootDispersion = 0, processing = PROCESSING, refid = 'SIM' } = server
  const { leap = 'none', leapUntil = Number.POSITIVE_INFINITY } = server
  return encodePacket({
    leap: at < leapUntil ? leap : 'none',
    version: decoded.packet.version,
    mode: 4,
    stratum,
    poll: decoded.packet.poll,
    precision: PRECISION,
    rootDelay,
    rootDispersion,
    refid: stratum === 1 || stratum === 0 ? refidOf(refid) : 0x7f000001,
    reference: toNtpTime(plus(received, -1)),
    origin: decoded.packet.transmit,
    receive: toNtpTime(received),
    transmit: toNtpTime(plus(received, processing)),
    extensions: [],
    mac: undefined,
  })
}
