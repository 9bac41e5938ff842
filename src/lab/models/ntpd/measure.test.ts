import { expect, test } from 'vitest'
import { AT } from '#core/ntp/header.ts'
import { decodePacket, encodePacket, type Packet } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { instant, monotonic } from '#core/time/instant.ts'
import { toNtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import { ntpdAssociation } from '../../../../test/support/ntpd-association.ts'
import { OwnClock } from '../own-clock.ts'
import type { Association } from './association.ts'
import { ask, measure, receive } from './measure.ts'

const MIDNIGHT = 1_796_083_200_000_000_000n
const at = (seconds: number) => toNtpTime(instant(MIDNIGHT + BigInt(Math.round(seconds * 1e9))))
const LIMITS = { floor: 0, ceiling: 15 }
const HEADER = {
  leap: 'unknown',
  stratum: 16,
  precision: -20,
  rootDelay: 0,
  rootDispersion: 0,
  refid: refidOf('INIT'),
} as const
/** Started a quarter of a second after midnight. */
const clock = new OwnClock({ wall: instant(MIDNIGHT + 250_000_000n), monotonic: monotonic(0n) })

const reply = (changes: Partial<Packet> = {}): Uint8Array =>
  encodePacket({
    leap: 'none',
    version: 4,
    mode: 4,
    stratum: 2,
    poll: 7,
    precision: -20,
    rootDelay: 0.5,
    rootDispersion: 0.25,
    refid: 1,
    reference: at(-10),
    origin: at(2),
    receive: at(3.001),
    transmit: at(3.002),
    extensions: [],
    mac: undefined,
    ...changes,
  })

function asked(): Association {
  const peer = ntpdAssociation()
  ask(peer, HEADER, clock, 2)
  return peer
}

test('a request says who asks, and when', () => {
  const bytes = ask(ntpdAssociation({ version: 3 }), HEADER, clock, 2.125)
  expect(decodePacket(bytes)).toMatchObject({
    packet: { leap: 'unknown', version: 3, mode: 3, stratum: 0, poll: 6, transmit: at(2.125) },
  })
  expect(ask(ntpdAssociation({ kind: 'peer' }), HEADER, clock, 2)[0]! & 7).toBe(1)
})

test('offset and delay of the four timestamps', () => {
  const peer = asked()
  const bytes = reply()
  receive(peer, bytes, LIMITS)
  const { offset, delay, dispersion } = measure(peer, bytes, 2.021, clock, {
    precision: 1e-6,
    dispersion: 15e-6,
  })
  expect(offset).toBeCloseTo(0.991, 9)
  expect(delay).toBeCloseTo(0.02, 9)
  expect(dispersion).toBeCloseTo(1e-6 + 2 ** -20 + 15e-6 * 0.02, 12)
})

test('a bias is added to each offset', () => {
  const peer = ntpdAssociation({ bias: 0.1 })
  ask(peer, HEADER, clock, 2)
  expect(measure(peer, reply(), 2.021, clock, { precision: 1e-6, dispersion: 0 }).offset).toBeCloseTo(
    1.091,
    9,
  )
})

test('an answer counts once, and only with what was asked', () => {
  const peer = asked()
  expect(receive(peer, reply({ origin: at(5) }), LIMITS)).toBe('nothing')
  expect(receive(peer, reply(), LIMITS)).toBe('answer')
  expect(receive(peer, reply(), LIMITS)).toBe('nothing')
  expect(receive(peer, reply({ transmit: at(9) }), LIMITS)).toBe('nothing')
  expect(peer).toMatchObject({ stratum: 2, rootDelay: 0.5, rootDispersion: 0.25, peerPoll: 7 })
})

test('the next request brings back the transmit timestamp of the last answer', () => {
  const peer = asked()
  receive(peer, reply(), LIMITS)
  const bytes = ask(peer, HEADER, clock, 70)
  expect([...bytes.subarray(AT.origin, AT.origin + 8)]).toEqual([
    ...reply().subarray(AT.transmit, AT.transmit + 8),
  ])
})

test('requests of others, and what is too short, are no answers', () => {
  expect(receive(asked(), reply({ mode: 3 }), LIMITS)).toBe('nothing')
  expect(receive(asked(), reply({ transmit: UNKNOWN_TIME }), LIMITS)).toBe('nothing')
  expect(receive(asked(), reply().subarray(0, 47), LIMITS)).toBe('nothing')
})

test('who does not know the time is useless, who asks for patience gets it', () => {
  expect(receive(asked(), reply({ leap: 'unknown' }), LIMITS)).toBe('useless')
  expect(receive(asked(), reply({ stratum: 15 }), LIMITS)).toBe('useless')
  expect(receive(asked(), reply({ rootDispersion: 16 }), LIMITS)).toBe('useless')
  const kiss = { stratum: 0, leap: 'unknown', refid: refidOf('RATE') } as const
  expect(receive(asked(), reply(kiss), LIMITS)).toBe('slow-down')
  expect(receive(asked(), reply({ ...kiss, refid: refidOf('DENY') }), LIMITS)).toBe('nothing')
})
