import { describe, expect, test } from 'vitest'
import { instant, monotonic, plus, type Reading } from '#core/time/instant.ts'
import { type NtpTime, ntpTime, toNtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import { type Exchange, type ExchangeMemory, judgeReply, makeNonce, request } from './exchange.ts'
import { decodePacket, type Packet } from './packet.ts'
import { refidOf } from './refid.ts'
import type { PacketRefusal } from './refusal.ts'

const START: Reading = { wall: instant(1_795_258_202_000_000_000n), monotonic: monotonic(5_000_000_000n) }
const SERVER = { address: '192.0.2.1', port: 123 }
const NONCE = ntpTime(0x1234_5678_9abc_def0n)
const COUNTER = { rate: 0, rateBound: 0, precision: 1e-7 }
const FORGOTTEN: ExchangeMemory = { earlier: [], lastTransmit: UNKNOWN_TIME }

const later = (by: number): Reading => ({ wall: plus(START.wall, by), monotonic: plus(START.monotonic, by) })
const exchange = (): Exchange => ({
  flow: 1,
  to: SERVER,
  version: 4,
  nonce: NONCE,
  sent: { at: START, uncertainty: 0, by: 'kernel' },
  answered: false,
})

/** An honest reply: 10 ms each way, 1 ms of processing, the server 0.5 s ahead of our wall clock. */
const honest: Packet = {
  leap: 'none',
  version: 4,
  mode: 4,
  stratum: 2,
  poll: 6,
  precision: -23,
  rootDelay: 0.002,
  rootDispersion: 0.001,
  refid: 0x0a000001,
  reference: toNtpTime(plus(START.wall, -10)),
  origin: NONCE,
  receive: toNtpTime(plus(START.wall, 0.51)),
  transmit: toNtpTime(plus(START.wall, 0.511)),
  extensions: [],
  mac: undefined,
}

function judge(change: Partial<Packet>, to = exchange(), memory = FORGOTTEN, from = SERVER, after = 0.021) {
  const received = { at: later(after), uncertainty: 0, by: 'kernel' } as const
  return judgeReply(to, memory, { packet: { ...honest, ...change }, from, received }, COUNTER)
}

test('an honest reply gives the offset, the delay and how wrong it can be', () => {
  const measured = judge({})
  if (measured.kind !== 'measured') throw new Error(measured.why)
  expect(measured.delay).toBeCloseTo(0.02, 8)
  expect(Number(measured.serverTime - START.wall) / 1e9).toBeCloseTo(0.5105, 8)
  expect(measured.dispersion).toBeGreaterThanOrEqual(2 ** -23)
})

test('the request says nothing about its sender: version, mode, poll and 64 random bits (P26)', () => {
  const decoded = decodePacket(request(NONCE, 4, 6))
  if (decoded.kind !== 'packet') throw new Error(decoded.why)
  expect(decoded.packet).toEqual({
    leap: 'none',
    version: 4,
    mode: 3,
    stratum: 0,
    poll: 6,
    precision: 0,
    rootDelay: 0,
    rootDispersion: 0,
    refid: 0,
    reference: 0n,
    origin: 0n,
    receive: 0n,
    transmit: NONCE,
    extensions: [],
    mac: undefined,
  })
})

test('a nonce is never zero', () => expect(makeNonce(() => 0)).not.toBe(0n))

const FORGERIES: [PacketRefusal, Partial<Packet>][] = [
  ['zero-origin', { origin: UNKNOWN_TIME }],
  ['bogus-origin', { origin: ntpTime(NONCE + 1n) }],
  ['bogus-origin', { origin: ntpTime(NONCE & 0xffff_ffff_0000_0000n) }],
  ['wrong-mode', { mode: 5 }],
  ['wrong-mode', { mode: 3 }],
  ['wrong-version', { version: 0 }],
  ['wrong-version', { version: 2 }],
  ['wrong-version', { version: 5 }],
  ['unexpected-mac', { mac: { keyId: 1, digest: new Uint8Array(16) } }],
  ['crypto-nak', { mac: { keyId: 0, digest: new Uint8Array(0) } }],
]

describe('what cannot be proven to be the reply leaves no trace, and the honest reply after it counts', () => {
  test.each(FORGERIES)('%s %#', (why, change) => {
    const open = exchange()
    expect(judge(change, open)).toEqual({ kind: 'refused', why })
    expect(open.answered).toBe(false)
    expect(judge({}, open).kind).toBe('measured')
  })

  test('from another address or port', () => {
    const open = exchange()
    expect(judge({}, open, FORGOTTEN, { ...SERVER, port: 124 })).toEqual({
      kind: 'refused',
      why: 'wrong-source',
    })
    expect(judge({}, open, FORGOTTEN, { ...SERVER, address: '192.0.2.2' })).toMatchObject({
      why: 'wrong-source',
    })
    expect(judge({}, open).kind).toBe('measured')
  })

  test('a spoofed kiss of death stops nobody (CVE-2015-7704)', () => {
    const spoofed = { stratum: 0, refid: refidOf('DENY'), origin: ntpTime(1n) }
    expect(judge(spoofed)).toEqual({ kind: 'refused', why: 'bogus-origin' })
  })

  test('the nonce of an earlier request is a late reply', () => {
    const memory = { earlier: [ntpTime(77n)], lastTransmit: UNKNOWN_TIME }
    expect(judge({ origin: ntpTime(77n) }, exchange(), memory)).toEqual({
      kind: 'refused',
      why: 'late-reply',
    })
  })
})

const UNUSABLE: [PacketRefusal, Partial<Packet>][] = [
  ['kiss-deny', { stratum: 0, refid: refidOf('DENY') }],
  ['kiss-deny', { stratum: 0, refid: refidOf('RSTR') }],
  ['kiss-rate', { stratum: 0, refid: refidOf('RATE') }],
  ['kiss-other', { stratum: 0, refid: refidOf('XYZ!') }],
  ['not-synchronised', { stratum: 0, refid: 0 }],
  ['not-synchronised', { stratum: 0, refid: refidOf('INIT') }],
  ['zero-times', { receive: UNKNOWN_TIME }],
  ['zero-times', { transmit: UNKNOWN_TIME }],
  ['not-synchronised', { leap: 'unknown' }],
  ['not-synchronised', { stratum: 16 }],
  ['not-synchronised', { stratum: 255 }],
  ['too-distant', { rootDelay: 32 }],
  ['too-distant', { rootDispersion: 16 }],
  ['absurd-precision', { precision: 127 }],
  ['absurd-precision', { precision: 0 }],
  ['reference-in-future', { reference: toNtpTime(plus(START.wall, 100)) }],
  ['impossible-times', { transmit: toNtpTime(plus(START.wall, 0.4)) }],
  ['impossible-times', { transmit: toNtpTime(plus(START.wall, 2.51)) }],
]

describe('what is the reply and cannot be used', () => {
  test.each(UNUSABLE)('%s %#', (why, change) => {
    const open = exchange()
    expect(judge(change, open)).toEqual({ kind: 'refused', why })
    expect(open.answered, 'the server has had its say').toBe(true)
    expect(judge({}, open)).toEqual({ kind: 'refused', why: 'duplicate' })
  })

  test('a server that goes backwards by its own clock', () => {
    const memory: ExchangeMemory = { earlier: [], lastTransmit: honest.transmit as NtpTime }
    expect(judge({}, exchange(), memory)).toEqual({ kind: 'refused', why: 'server-went-backwards' })
  })
})

test('a claimed processing time that makes the round trip barely negative is within the resolutions', () => {
  const measured = judge({ transmit: toNtpTime(plus(START.wall, 0.51 + 0.021 + 1e-7)) })
  expect(measured).toMatchObject({ kind: 'measured', delay: COUNTER.precision })
})
