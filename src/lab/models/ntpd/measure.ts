/**
 * One exchange as ntpd has it (receive and process_packet of ntp_proto.c, basic mode): which answers count, and the four
 * timestamps of which the two that are its own come from the clock that it disciplines.
 */
import { kissOf } from '#core/ntp/kiss.ts'
import type { Packet } from '#core/ntp/packet.ts'
import { type NtpTime, sinceNtp, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { type Association, MAX_DISPERSION, UNSPECIFIED_STRATUM } from './association.ts'

export interface Measurement {
  readonly offset: Seconds
  readonly delay: Seconds
  readonly dispersion: Seconds
}

/** `nothing`: dropped without a trace. `slow-down`: a kiss RATE. `useless`: an answer, but of nobody who knows the time. */
export type Received = 'nothing' | 'slow-down' | 'useless' | 'answer'

const SERVER_MODES: ReadonlySet<number> = new Set([1, 2, 4])

/** Is this the answer to what was asked last, and does whoever answers know the time? Takes over what the packet says. */
export function receive(
  peer: Association,
  packet: Packet,
  limits: { readonly floor: number; readonly ceiling: number },
): Received {
  if (!SERVER_MODES.has(packet.mode)) return 'nothing'
  if (packet.transmit === UNKNOWN_TIME || packet.transmit === peer.transmit) return 'nothing'
  if (peer.origin === UNKNOWN_TIME || packet.origin !== peer.origin) return 'nothing'
  peer.origin = UNKNOWN_TIME
  peer.transmit = packet.transmit
  peer.peerPoll = Math.max(peer.minpoll, packet.poll)
  if (packet.stratum === 0 && packet.leap === 'unknown')
    return kissOf(packet.refid) === 'rate' ? 'slow-down' : 'nothing'
  peer.leap = packet.leap
  peer.stratum = packet.stratum === 0 ? UNSPECIFIED_STRATUM : Math.min(packet.stratum, UNSPECIFIED_STRATUM)
  peer.precision = packet.precision
  peer.rootDelay = packet.rootDelay
  peer.rootDispersion = packet.rootDispersion
  peer.refid = packet.refid
  const synchronised =
    packet.leap !== 'unknown' && peer.stratum >= limits.floor && peer.stratum < limits.ceiling
  const near = packet.rootDelay / 2 + packet.rootDispersion < MAX_DISPERSION
  return synchronised && near ? 'answer' : 'useless'
}

export function measure(
  packet: Packet,
  received: NtpTime,
  rules: { readonly precision: Seconds; readonly dispersion: Rate },
): Measurement {
  const out = sinceNtp(packet.receive, packet.origin)
  const back = sinceNtp(packet.transmit, received)
  const delay = Math.max(Math.abs(out - back), rules.precision)
  return {
    offset: (out + back) / 2,
    delay,
    dispersion: rules.precision + 2 ** packet.precision + rules.dispersion * delay,
  }
}
