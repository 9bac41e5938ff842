import { expect, test } from 'vitest'
import type { Packet } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { instant } from '#core/time/instant.ts'
import { toNtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import { ntpdAssociation } from '../../../../test/support/ntpd-association.ts'
import { measure, receive } from './measure.ts'

const at = (seconds: number) =>
  toNtpTime(instant(1_796_083_200_000_000_000n + BigInt(Math.round(seconds * 1e9))))
const LIMITS = { floor: 0, ceiling: 15 }

const reply = (changes: Partial<Packet> = {}): Packet => ({
  leap: 'none',
  version: 4,
  mode: 4,
  stratum: 2,
  poll: 7,
  precision: -20,
  rootDelay: 0.01,
  rootDispersion: 0.02,
  refid: 1,
  reference: at(-10),
  origin: at(0),
  receive: at(1.001),
  transmit: at(1.002),
  extensions: [],
  mac: undefined,
  ...changes,
})

function asked() {
  const peer = ntpdAssociation()
  peer.origin = at(0)
  return peer
}

test('offset and delay of the four timestamps', () => {
  const { offset, delay, dispersion } = measure(reply(), at(0.021), { precision: 1e-6, dispersion: 15e-6 })
  expect(offset).toBeCloseTo(0.991, 9)
  expect(delay).toBeCloseTo(0.02, 9)
  expect(dispersion).toBeCloseTo(1e-6 + 2 ** -20 + 15e-6 * 0.02, 12)
})

test('an answer counts once, and only with what was asked', () => {
  const peer = asked()
  expect(receive(peer, reply({ origin: at(5) }), LIMITS)).toBe('nothing')
  expect(receive(peer, reply(), LIMITS)).toBe('answer')
  expect(receive(peer, reply(), LIMITS)).toBe('nothing')
  expect(receive(peer, reply({ transmit: at(9) }), LIMITS)).toBe('nothing')
  expect(peer).toMatchObject({ stratum: 2, rootDelay: 0.01, peerPoll: 7 })
})

test('requests of others are no answers', () => {
  expect(receive(asked(), reply({ mode: 3 }), LIMITS)).toBe('nothing')
  expect(receive(asked(), reply({ transmit: UNKNOWN_TIME }), LIMITS)).toBe('nothing')
})

test('who does not know the time is useless, who asks for patience gets it', () => {
  expect(receive(asked(), reply({ leap: 'unknown' }), LIMITS)).toBe('useless')
  expect(receive(asked(), reply({ stratum: 15 }), LIMITS)).toBe('useless')
  expect(receive(asked(), reply({ rootDispersion: 16 }), LIMITS)).toBe('useless')
  const kiss = reply({ stratum: 0, leap: 'unknown', refid: refidOf('RATE') })
  expect(receive(asked(), kiss, LIMITS)).toBe('slow-down')
  expect(receive(asked(), { ...kiss, refid: refidOf('DENY') }, LIMITS)).toBe('nothing')
})
