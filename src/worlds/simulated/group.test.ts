import { expect, test } from 'vitest'
import { AT, isZeroTime, secondsAfter, wireSeconds } from '#core/ntp/header.ts'
import { decodePacket } from '#core/ntp/packet.ts'
import { instant } from '#core/time/instant.ts'
import { nextAnnouncement, sendersOf } from './group.ts'
import { symmetricLink } from './link.ts'
import { Random } from './random.ts'
import { announcer } from './server.ts'
import { trueTime } from './true-time.ts'

const START = instant(1_796_083_200_000_000_000n)
const BASE = { address: '192.0.2.1', link: symmetricLink(1e-3, 0) }

test('a server without a group sends nothing by itself', () => {
  expect(announcer(BASE)).toBeUndefined()
})

test('what it sends is a broadcast with its own time and nobody else’s', () => {
  const bytes = announcer({ ...BASE, offset: 0.25, multicast: { every: 64 } })!.announce(
    trueTime(100),
    START,
  )!
  expect(decodePacket(bytes)).toMatchObject({ packet: { mode: 5, version: 4, poll: 6, stratum: 1 } })
  expect(isZeroTime(bytes, AT.origin) && isZeroTime(bytes, AT.receive)).toBe(true)
  expect(secondsAfter(bytes, AT.transmit, wireSeconds(START))).toBeCloseTo(100.25, 9)
})

test('a silent one is silent here, too', () => {
  const silent = { ...BASE, multicast: { every: 64 }, changes: [{ at: 50, silent: true }] }
  expect(announcer(silent)!.announce(trueTime(40), START)).toBeDefined()
  expect(announcer(silent)!.announce(trueTime(60), START)).toBeUndefined()
})

test('the interval is that of ntpd: up to a sixteenth longer', () => {
  const one = announcer({ ...BASE, multicast: { every: 64 } })!
  const random = new Random(1)
  for (let i = 0; i < 100; i++) {
    const next = nextAnnouncement(one, trueTime(0), random)
    expect(next).toBeGreaterThan(64)
    expect(next).toBeLessThan(68)
  }
})

test('now and then a copy leaves from another address', () => {
  const strays = { addresses: ['198.51.100.1', '203.0.113.1'], part: 0.1 }
  const one = announcer({ ...BASE, multicast: { every: 64, strays } })!
  const random = new Random(2)
  const senders = Array.from({ length: 10_000 }, () => sendersOf(one, random))
  expect(senders.every(([first]) => first === '192.0.2.1')).toBe(true)
  for (const address of strays.addresses) {
    const count = senders.filter(all => all.includes(address)).length
    // 1000, give or take five deviations of 30.
    expect(Math.abs(count - 1000)).toBeLessThan(150)
  }
})
