import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ntpTime } from '#core/time/ntp-time.ts'
import { decodePacket, encodePacket, type Packet } from './packet.ts'
import { formatRefid, refidOf } from './refid.ts'

const anyPacket: fc.Arbitrary<Packet> = fc.record({
  leap: fc.constantFrom('none', 'insert', 'delete', 'unknown'),
  version: fc.constant(4),
  mode: fc.nat(7),
  stratum: fc.nat(255),
  poll: fc.integer({ min: -128, max: 127 }),
  precision: fc.integer({ min: -128, max: 127 }),
  rootDelay: fc.nat(0xffffffff).map(n => n / 65536),
  rootDispersion: fc.nat(0xffffffff).map(n => n / 65536),
  refid: fc.nat(0xffffffff),
  reference: fc.bigInt(0n, 2n ** 64n - 1n).map(ntpTime),
  origin: fc.bigInt(0n, 2n ** 64n - 1n).map(ntpTime),
  receive: fc.bigInt(0n, 2n ** 64n - 1n).map(ntpTime),
  transmit: fc.bigInt(0n, 2n ** 64n - 1n).map(ntpTime),
  extensions: fc.array(
    fc.record({
      type: fc.nat(0xffff),
      body: fc.uint8Array({ minLength: 24, maxLength: 64 }).map(body => body.slice(0, body.length & ~3)),
    }),
    { maxLength: 4 },
  ),
  mac: fc.option(
    fc.record({
      keyId: fc.nat(0xffffffff),
      digest: fc.constantFrom(0, 16, 20).map(n => new Uint8Array(n).fill(7)),
    }),
    { nil: undefined },
  ),
})

const header = (extra: number) => {
  const bytes = new Uint8Array(48 + extra)
  bytes[0] = (4 << 3) | 4
  return bytes
}

/** A header followed by one extension field that claims `length` and stands in `space` bytes. */
const withField = (length: number, space: number) => {
  const bytes = header(space)
  new DataView(bytes.buffer).setUint16(48, 0x0104)
  new DataView(bytes.buffer).setUint16(50, length)
  return bytes
}

describe('a packet', () => {
  test('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(anyPacket, packet => {
        expect(decodePacket(encodePacket(packet))).toEqual({ kind: 'packet', packet })
      }),
    )
  })

  test('any bytes give a packet or a named refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        expect(['packet', 'refused']).toContain(decodePacket(bytes).kind)
      }),
      { numRuns: 20_000 },
    )
  })

  test('root delay and dispersion are rounded up on the wire: they are upper bounds', () => {
    const bytes = header(0)
    const decoded = decodePacket(bytes)
    if (decoded.kind !== 'packet') throw new Error('unexpected')
    const back = decodePacket(encodePacket({ ...decoded.packet, rootDelay: 1e-6, rootDispersion: 1e9 }))
    if (back.kind !== 'packet') throw new Error('unexpected')
    expect(back.packet.rootDelay).toBe(1 / 65536)
    expect(back.packet.rootDispersion).toBeCloseTo(65536, 3)
  })

  test.each([0, 1, 47])('%i bytes are too short', n => {
    expect(decodePacket(new Uint8Array(n))).toEqual({ kind: 'refused', why: 'too-short' })
  })

  test.each([49, 51, 53, 4093])('%i bytes are no whole number of words', n => {
    expect(decodePacket(header(n - 48))).toEqual({ kind: 'refused', why: 'bad-length' })
  })
})

test('more than 4096 bytes are too long', () => {
  expect(decodePacket(header(4052))).toEqual({ kind: 'refused', why: 'too-long' })
})

describe('extension fields (RFC 7822)', () => {
  test.each([0, 1, 3, 5, 12, 15, 29, 33, 65_535])('a field of claimed length %i is refused', length => {
    expect(decodePacket(withField(length, 64))).toEqual({ kind: 'refused', why: 'bad-extension' })
  })

  test('a field that reaches beyond the packet is refused', () => {
    expect(decodePacket(withField(68, 64))).toEqual({ kind: 'refused', why: 'bad-extension' })
  })

  test('an unknown field is kept, and so is a MAC after it', () => {
    const decoded = decodePacket(withField(28, 28 + 20))
    expect(decoded).toMatchObject({
      kind: 'packet',
      packet: { extensions: [{ type: 0x0104 }], mac: { keyId: 0 } },
    })
  })

  test.each([8, 12, 16])('%i bytes after the header are neither a field nor a MAC', n => {
    expect(decodePacket(header(n))).toEqual({ kind: 'refused', why: 'bad-extension' })
  })

  test.each([4, 20, 24])('%i bytes after the header are a MAC', n => {
    expect(decodePacket(header(n))).toMatchObject({ kind: 'packet', packet: { mac: { keyId: 0 } } })
  })
})

describe('refids', () => {
  test('letters at stratum 1, an address above', () => {
    expect(formatRefid(refidOf('GPS'), 1)).toBe('GPS')
    expect(formatRefid(0xc0a80101, 2)).toBe('192.168.1.1')
  })

  test('what a stranger could hide in them is shown in hexadecimal', () => {
    expect(formatRefid(0x1b5b324a, 1)).toBe('1B5B324A')
    expect(formatRefid(0x47005000, 1)).toBe('47005000')
    expect(formatRefid(0, 0)).toBe('00000000')
  })
})
