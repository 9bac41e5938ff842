/**
 * A server's side of an exchange (RFC 5905, section 9.2, "fast transmit"): is this a request that is answered, and what
 * is said. The reply is written over the request, so nothing is built for it, and it is never longer than what it
 * answers. Any bytes give a reply or a named refusal.
 *
 * What is answered was tried on chronyd 4.3 and ntpd of ntpsec 1.2.2: mode 3 of versions 1 to 4, and version 1 without a
 * mode, as its clients had none. Extension fields that nobody here knows are passed over, as chronyd does. What carries a
 * MAC is not answered: there are no keys here, and a reply without one would be refused. Modes 6 and 7 do not exist.
 *
 * Times are written as they come from a kernel, in seconds since 1970 (modulo 2^32) and nanoseconds: two numbers and no
 * bigint.
 */
import type { Instant } from '#core/time/instant.ts'
import { type Leap, leapToBits } from '#core/time/leap.ts'
import { toNtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import { NS_PER_SECOND, type PollLog2, type Seconds } from '#core/time/units.ts'
import { HEADER_LENGTH, LONGEST_PACKET } from './packet.ts'
import { refidOf } from './refid.ts'

/** Why a request gets no reply. */
export const REQUEST_REFUSALS = {
  'not-allowed': 'its address is not among those that are served',
  'rate-limited': 'its address asks more often than it may',
  'too-short': 'fewer than the 48 bytes of an NTP header',
  'too-long': 'more bytes than any request with its extension fields has',
  'bad-length': 'the length is not a multiple of four',
  'bad-extension': 'an extension field with an impossible length (RFC 7822)',
  'wrong-version': 'the version is not 1, 2, 3 or 4',
  'wrong-mode': 'the mode is not 3 (client)',
  authenticated: 'it carries a message authentication code, and no keys are known here',
  'no-return': 'it came from port 0, to which no answer can be sent',
  stale: 'it waited too long, or the clock was set while it waited',
} as const

export type RequestRefusal = keyof typeof REQUEST_REFUSALS

/** What a server says of its clock. */
export interface Standing {
  readonly leap: Leap
  /** 0 is said for whoever is not synchronised, as chronyd and ntpd do. */
  readonly stratum: number
  /** log2 of seconds. */
  readonly precision: number
  readonly rootDelay: Seconds
  readonly rootDispersion: Seconds
  readonly refid: number
  /** When the clock was last compared with a source, by the clock itself. */
  readonly reference: Instant | undefined
}

/** The part of each reply that is the same for all clients: up to the origin timestamp. */
export type Said = Uint8Array

const ORIGIN = 24
const RECEIVE = 32
const TRANSMIT = 40
const CLIENT = 3
const SERVER = 4
const NTP_PORT = 123
const SHORTEST_FIELD = 16
/** What is left behind the header or a field and shorter than this is a MAC, or nothing that is known. */
const SHORTEST_LAST_FIELD = 28
/** RFC 5905, section 7.3: MAXSTRAT is 16, and 0 on the wire. */
const MAX_STRATUM = 16
/** Seconds from 1900 to 1970. */
const UNIX_EPOCH = 2_208_988_800

export function sayStanding(standing: Standing): Said {
  const said = new Uint8Array(ORIGIN)
  const view = new DataView(said.buffer)
  said[0] = leapToBits(standing.leap) << 6
  said[1] = standing.stratum >= MAX_STRATUM ? 0 : standing.stratum
  view.setInt8(3, standing.precision)
  view.setUint32(4, shortFormat(standing.rootDelay))
  view.setUint32(8, shortFormat(standing.rootDispersion))
  view.setUint32(12, standing.refid)
  view.setBigUint64(16, standing.reference === undefined ? UNKNOWN_TIME : toNtpTime(standing.reference))
  return said
}

/**
 * What is said while the time is not known. The distance is what makes clients that do not look at the leap
 * indicator refuse it all the same (RFC 5905, TEST7).
 */
export const UNSYNCHRONISED: Omit<Standing, 'precision' | 'refid'> = {
  leap: 'unknown',
  stratum: 0,
  rootDelay: 0,
  rootDispersion: 16,
  reference: undefined,
}

/** A request to ask less often. */
export const sayRate = (precision: number): Said =>
  sayStanding({ ...UNSYNCHRONISED, precision, refid: refidOf('RATE') })

/** Why the request at `at` is not answered; undefined when it is. `port`: where it came from. */
export function judgeRequest(
  bytes: Uint8Array,
  at: number,
  length: number,
  port: number,
): RequestRefusal | undefined {
  if (port === 0) return 'no-return'
  if (length < HEADER_LENGTH) return 'too-short'
  const first = bytes[at]!
  const version = (first >> 3) & 7
  if (version === 0 || version > 4) return 'wrong-version'
  // A client of version 1 has no mode; two servers that talk to each other would both use port 123.
  const modeless = version === 1 && (first & 7) === 0 && port !== NTP_PORT
  if ((first & 7) !== CLIENT && !modeless) return 'wrong-mode'
  return length === HEADER_LENGTH ? undefined : judgeTail(bytes, at, length, version)
}

function judgeTail(
  bytes: Uint8Array,
  at: number,
  length: number,
  version: number,
): RequestRefusal | undefined {
  if (length > LONGEST_PACKET) return 'too-long'
  if (length % 4 !== 0) return 'bad-length'
  if (version < 4) return 'authenticated'
  const end = at + length
  let next = at + HEADER_LENGTH
  while (end - next >= SHORTEST_LAST_FIELD) {
    const field = (bytes[next + 2]! << 8) | bytes[next + 3]!
    if (field < SHORTEST_FIELD || field % 4 !== 0 || field > end - next) return 'bad-extension'
    next += field
  }
  return next === end ? undefined : 'authenticated'
}

/**
 * Writes the reply over the request at `at`, all but when it leaves; its length. Version and poll are the client's, and
 * so is its transmit timestamp, which becomes the origin.
 */
export function writeReply(
  bytes: Uint8Array,
  at: number,
  said: Said,
  seconds: number,
  nanoseconds: number,
): number {
  const version = bytes[at]! & 0b111000
  const poll = bytes[at + 2]!
  for (let i = 0; i < ORIGIN; i++) bytes[at + i] = said[i]!
  for (let i = 0; i < 8; i++) bytes[at + ORIGIN + i] = bytes[at + TRANSMIT + i]!
  bytes[at]! |= version | SERVER
  bytes[at + 2] = poll
  writeTime(bytes, at + RECEIVE, seconds, nanoseconds)
  return HEADER_LENGTH
}

/** As `writeReply`, with the interval that the client should keep to. */
export function writeKiss(
  bytes: Uint8Array,
  at: number,
  said: Said,
  seconds: number,
  nanoseconds: number,
  slowest: PollLog2,
): number {
  const poll = (bytes[at + 2]! << 24) >> 24
  bytes[at + 2] = Math.max(poll, slowest) & 0xff
  return writeReply(bytes, at, said, seconds, nanoseconds)
}

/** When the reply leaves: to be written as late as possible. */
export const writeTransmit = (bytes: Uint8Array, at: number, seconds: number, nanoseconds: number): void =>
  writeTime(bytes, at + TRANSMIT, seconds, nanoseconds)

function writeTime(bytes: Uint8Array, at: number, seconds: number, nanoseconds: number): void {
  writeWord(bytes, at, (seconds + UNIX_EPOCH) >>> 0)
  // 2^32 / 10^9; a whole second is 999,999,999 ns at most, so this stays below 2^32.
  writeWord(bytes, at + 4, (nanoseconds * 4.294967296) >>> 0)
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24
  bytes[at + 1] = (word >>> 16) & 0xff
  bytes[at + 2] = (word >>> 8) & 0xff
  bytes[at + 3] = word & 0xff
}

/** An instant as a kernel would tell it. */
export function kernelTime(at: Instant): { readonly seconds: number; readonly nanoseconds: number } {
  const nanoseconds = ((at % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND
  const seconds = BigInt.asUintN(32, (at - nanoseconds) / NS_PER_SECOND)
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) }
}

/** NTP short format: 16.16 seconds, rounded up because what it carries is an upper bound. */
const shortFormat = (seconds: Seconds): number =>
  Math.min(0xffffffff, Math.max(0, Math.ceil(seconds * 65536)))
