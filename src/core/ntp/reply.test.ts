import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instant, since } from '#core/time/instant.ts'
import { fromNtpTime, toNtpTime } from '#core/time/ntp-time.ts'
import { decodePacket, encodePacket, type Packet } from './packet.ts'
import { formatRefid, refidOf } from './refid.ts'
import {
  judgeRequest,
  kernelTime,
  type Standing,
  sayRate,
  sayStanding,
  UNSYNCHRONISED,
  writeKiss,
  writeReply,
  writeTransmit,
} from './reply.ts'

const NOW = instant(1_795_258_202_123_456_789n)
const STANDING: Standing = {
  leap: 'none',
  stratum: 3,
  precision: -23,
  rootDelay: 0.001,
  rootDispersion: 0.0005,
  refid: 0x0a000001,
  reference: NOW,
}
const PORT = 40_000

/** A request as it is on the wire; its transmit timestamp is 01 02 … 08. */
function ask(first: number, tail: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(48 + tail.length)
  bytes[0] = first
  bytes[2] = 6
  for (let i = 0; i < 8; i++) bytes[40 + i] = i + 1
  bytes.set(tail, 48)
  return bytes
}
const field = (type: number, length: number, really = length) => [
  type >> 8,
  type & 255,
  length >> 8,
  length & 255,
  ...new Array<number>(really - 4).fill(0),
]
const judge = (bytes: Uint8Array, port = PORT) => judgeRequest(bytes, 0, bytes.length, port)

function answered(bytes: Uint8Array, standing = STANDING): Packet {
  const { seconds, nanoseconds } = kernelTime(NOW)
  const length = writeReply(bytes, 0, sayStanding(standing), seconds, nanoseconds)
  writeTransmit(bytes, 0, seconds, nanoseconds + 1000)
  const decoded = decodePacket(bytes.subarray(0, length))
  if (decoded.kind === 'refused') throw new Error(decoded.why)
  return decoded.packet
}

describe('what is answered, as chronyd 4.3 does', () => {
  test.each([
    ['version 4', 0x23],
    ['version 3', 0x1b],
    ['version 2', 0x13],
    ['version 1', 0x0b],
    ['version 1 without a mode', 0x08],
  ])('%s', (_, first) => expect(judge(ask(first))).toBeUndefined())

  test.each([
    ['version 0', 0x03, 'wrong-version'],
    ['version 5', 0x2b, 'wrong-version'],
    ['version 7', 0x3b, 'wrong-version'],
    ['version 2 without a mode', 0x10, 'wrong-mode'],
    ['symmetric active', 0x21, 'wrong-mode'],
    ['symmetric passive', 0x22, 'wrong-mode'],
    ['server', 0x24, 'wrong-mode'],
    ['broadcast', 0x25, 'wrong-mode'],
    ['control (mode 6)', 0x16, 'wrong-mode'],
    ['private (mode 7, monlist)', 0x17, 'wrong-mode'],
  ] as const)('%s is not', (_, first, why) => expect(judge(ask(first))).toBe(why))

  test('no two servers talk to each other: a request without a mode from port 123 is none', () =>
    expect(judge(ask(0x08), 123)).toBe('wrong-mode'))
  test('nothing can be sent to port 0', () => expect(judge(ask(0x23), 0)).toBe('no-return'))
  test('every other port may ask', () => expect(judge(ask(0x23), 123)).toBeUndefined())
  test.each([0, 1, 47])('%i bytes are no request', length =>
    expect(judge(ask(0x23).subarray(0, length))).toBe('too-short'),
  )
  test.each([
    ['an unknown field', [...field(0x7777, 28)], undefined],
    ['many fields', [...field(1, 16), ...field(2, 16), ...field(3, 28)], undefined],
    ['a field that ends beyond the packet', field(1, 32, 28), 'bad-extension'],
    ['a field of no length', field(1, 0, 28), 'bad-extension'],
    ['a field of odd length', field(1, 29, 32), 'bad-extension'],
    ['four bytes', [0, 0, 0, 1], 'authenticated'],
    ['a MAC', new Array<number>(20).fill(7), 'authenticated'],
    ['a MAC behind a field', [...field(1, 28), ...new Array<number>(24).fill(7)], 'authenticated'],
    ['an odd byte', [1], 'bad-length'],
    ['far too much', new Array<number>(4096).fill(0), 'too-long'],
  ] as const)('%s', (_, tail, why) => expect(judge(ask(0x23, tail))).toBe(why))
  test('version 3 has no fields', () => expect(judge(ask(0x1b, field(1, 28)))).toBe('authenticated'))
})

describe('the reply', () => {
  test('brings back version, poll and origin, and says what is known', () => {
    const packet = answered(ask(0x1b))
    expect(packet).toMatchObject({ mode: 4, version: 3, poll: 6, stratum: 3, leap: 'none', precision: -23 })
    expect(packet.origin).toBe(0x0102030405060708n)
    expect(packet.refid).toBe(0x0a000001)
    expect(packet.reference).toBe(toNtpTime(NOW))
    expect(Math.abs(since(fromNtpTime(packet.receive), NOW))).toBeLessThan(2e-9)
    expect(since(fromNtpTime(packet.transmit), fromNtpTime(packet.receive))).toBeCloseTo(1e-6, 8)
  })

  test('never says less than is so: delay and dispersion are rounded up', () => {
    const packet = answered(ask(0x23))
    expect(packet.rootDelay).toBeGreaterThanOrEqual(STANDING.rootDelay)
    expect(packet.rootDispersion).toBeGreaterThanOrEqual(STANDING.rootDispersion)
    expect(packet.rootDelay - STANDING.rootDelay).toBeLessThan(2 ** -16)
  })

  test('without the time: leap 3, stratum 0, and a distance that no client takes', () => {
    const packet = answered(ask(0x23), { ...UNSYNCHRONISED, precision: -23, refid: refidOf('STEP') })
    expect(packet).toMatchObject({ leap: 'unknown', stratum: 0, rootDispersion: 16, reference: 0n })
    expect(formatRefid(packet.refid, 0)).toBe('STEP')
  })

  test('stratum 16 does not exist on the wire', () =>
    expect(answered(ask(0x23), { ...STANDING, stratum: 16 }).stratum).toBe(0))

  test.each([
    [3, 4],
    [10, 10],
    [-6, 4],
  ])('a kiss code RATE to who asks at poll %i says poll %i', (poll, said) => {
    const bytes = ask(0x23)
    bytes[2] = poll & 255
    writeKiss(bytes, 0, sayRate(-20), 1, 2, 4)
    const decoded = decodePacket(bytes)
    expect(decoded).toMatchObject({ packet: { stratum: 0, leap: 'unknown', poll: said, mode: 4 } })
    expect(decoded.kind === 'packet' && formatRefid(decoded.packet.refid, 0)).toBe('RATE')
  })

  test('is never longer than the request, and is written nowhere else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(65535), fc.nat(40), (request, port, at) => {
        const bytes = new Uint8Array(at + request.length + 16).fill(0xaa)
        bytes.set(request, at)
        if (judgeRequest(bytes, at, request.length, port)) return
        const length = writeReply(bytes, at, sayStanding(STANDING), 5, 6)
        writeTransmit(bytes, at, 5, 7)
        expect(length).toBeLessThanOrEqual(request.length)
        expect(bytes.subarray(0, at).every(byte => byte === 0xaa)).toBe(true)
        expect(bytes.subarray(at + length + request.length - 48).every(byte => byte === 0xaa)).toBe(true)
        expect(bytes.subarray(at + 24, at + 32)).toEqual(request.subarray(40, 48))
      }),
    )
  })

  test('what is not answered is not touched', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(65535), (request, port) => {
        const before = Uint8Array.from(request)
        judgeRequest(request, 0, request.length, port)
        expect(request).toEqual(before)
      }),
    )
  })
})

describe('times on the wire', () => {
  test('are those of toNtpTime, to half a nanosecond, in any era', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 62n), 2n ** 63n), ns => {
        const at = instant(ns)
        const bytes = new Uint8Array(48)
        const { seconds, nanoseconds } = kernelTime(at)
        writeTransmit(bytes, 0, seconds, nanoseconds)
        const written = new DataView(bytes.buffer).getBigUint64(40)
        const apart = BigInt.asIntN(64, written - toNtpTime(at))
        expect(apart <= 2n && apart >= -2n).toBe(true)
      }),
    )
  })

  test('a request of our own is answered with what our own client accepts', () => {
    const packet = answered(
      encodePacket({ ...answered(ask(0x23)), mode: 3, version: 4, transmit: toNtpTime(NOW), leap: 'none' }),
    )
    expect(packet.origin).toBe(toNtpTime(NOW))
  })
})
