/**
 * The NTP packet (RFC 5905, section 7.3), with extension fields (RFC 7822) and room for a MAC.
 * Decoding is total: any bytes give a packet or a named refusal, and never an exception. Version 3 and 4 share the
 * header; version 3 has no extension fields.
 */
import { type Leap, leapFromBits, leapToBits } from '#core/time/leap.ts'
import type { NtpTime } from '#core/time/ntp-time.ts'
import type { PollLog2, Seconds } from '#core/time/units.ts'
import { type Extension, extensionsLength, readTail, writeExtensions } from './extension.ts'
import { AT, int8At, ntpTimeAt, shortAt, uint32At } from './header.ts'
import type { PacketRefusal } from './refusal.ts'

export const HEADER_LENGTH = 48
/** More than any packet with its extension fields needs. */
export const LONGEST_PACKET = 4096

export interface Packet {
  readonly leap: Leap
  readonly version: number
  readonly mode: number
  readonly stratum: number
  readonly poll: PollLog2
  /** log2 of seconds. */
  readonly precision: number
  readonly rootDelay: Seconds
  readonly rootDispersion: Seconds
  /** The four bytes as one unsigned number; `formatRefid` makes them readable. */
  readonly refid: number
  readonly reference: NtpTime
  readonly origin: NtpTime
  readonly receive: NtpTime
  readonly transmit: NtpTime
  readonly extensions: readonly Extension[]
  /** Key id and digest as they came, unverified. */
  readonly mac: Mac | undefined
}

export interface Mac {
  readonly keyId: number
  readonly digest: Uint8Array
}

export type Decoded = { readonly kind: 'packet'; readonly packet: Packet } | Refused

export interface Refused {
  readonly kind: 'refused'
  readonly why: PacketRefusal
}

export const refused = (why: PacketRefusal): Refused => ({ kind: 'refused', why })

export function decodePacket(bytes: Uint8Array): Decoded {
  if (bytes.length < HEADER_LENGTH) return refused('too-short')
  if (bytes.length > LONGEST_PACKET) return refused('too-long')
  if (bytes.length % 4 !== 0) return refused('bad-length')
  const first = bytes[0]!
  const version = (first >> 3) & 7
  const tail = readTail(bytes, HEADER_LENGTH, version)
  if (tail.kind === 'refused') return tail
  return {
    kind: 'packet',
    packet: {
      leap: leapFromBits(first >> 6),
      version,
      mode: first & 7,
      stratum: bytes[1]!,
      poll: int8At(bytes, AT.poll),
      precision: int8At(bytes, AT.precision),
      rootDelay: shortAt(bytes, AT.rootDelay),
      rootDispersion: shortAt(bytes, AT.rootDispersion),
      refid: uint32At(bytes, AT.refid),
      reference: ntpTimeAt(bytes, AT.reference),
      origin: ntpTimeAt(bytes, AT.origin),
      receive: ntpTimeAt(bytes, AT.receive),
      transmit: ntpTimeAt(bytes, AT.transmit),
      extensions: tail.extensions,
      mac: tail.mac,
    },
  }
}

/** The bytes of a packet; numbers beyond their field are clamped to its range. */
export function encodePacket(packet: Packet): Uint8Array {
  const extensions = extensionsLength(packet.extensions, packet.mac !== undefined)
  const mac = packet.mac ? 4 + packet.mac.digest.length : 0
  const bytes = new Uint8Array(HEADER_LENGTH + extensions + mac)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, (leapToBits(packet.leap) << 6) | ((packet.version & 7) << 3) | (packet.mode & 7))
  view.setUint8(1, clamp(packet.stratum, 0, 255))
  view.setInt8(2, clamp(packet.poll, -128, 127))
  view.setInt8(3, clamp(packet.precision, -128, 127))
  view.setUint32(4, shortFormat(packet.rootDelay))
  view.setUint32(8, shortFormat(packet.rootDispersion))
  view.setUint32(12, packet.refid >>> 0)
  view.setBigUint64(16, packet.reference)
  view.setBigUint64(24, packet.origin)
  view.setBigUint64(32, packet.receive)
  view.setBigUint64(40, packet.transmit)
  writeExtensions(packet.extensions, packet.mac !== undefined, bytes, HEADER_LENGTH)
  if (packet.mac) {
    view.setUint32(HEADER_LENGTH + extensions, packet.mac.keyId >>> 0)
    bytes.set(packet.mac.digest, HEADER_LENGTH + extensions + 4)
  }
  return bytes
}

/** NTP short format: unsigned 16.16 seconds, rounded up because what it carries is an upper bound. */
const shortFormat = (seconds: Seconds): number => clamp(Math.ceil(seconds * 65536), 0, 0xffffffff)

const clamp = (value: number, low: number, high: number): number =>
  Number.isNaN(value) ? low : Math.min(high, Math.max(low, Math.round(value)))
