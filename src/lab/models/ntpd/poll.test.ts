import { expect, test } from 'vitest'
import { ntpdAssociation } from '../../../../test/support/ntpd-association.ts'
import type { Association, AssociationConfig } from './association.ts'
import { beginBurst, beginPoll, countPacket, type PollRules, planPoll, slowDown } from './poll.ts'

const RULES: PollRules = { systemPoll: 8, unreach: 10, staleReach: 0xff, unaskedBurst: 0, fit: () => true }
const least = () => 0
const most = () => 0xff

function association(config: Partial<AssociationConfig> = {}): Association {
  const peer = ntpdAssociation(config)
  peer.clear(0, 1e-6)
  return peer
}

/** Polls at `now`, and is answered if `answered`; tells when the next poll is. */
function poll(peer: Association, now: number, answered: boolean, random = least): number {
  const { poll } = beginPoll(peer, now, RULES)
  countPacket(peer, now)
  planPoll(peer, poll, now, random)
  if (answered) {
    beginBurst(peer, now, 6)
    planPoll(peer, peer.hostPoll, now, random)
    peer.reach |= 1
  }
  return peer.nextDate
}

test('an interval is a power of two and up to a sixteenth more', () => {
  const peer = association()
  peer.reach = 1
  peer.peerPoll = 10
  planPoll(peer, 10, 0, least)
  expect(peer.nextDate).toBe(1024)
  planPoll(peer, 10, 0, most)
  expect(peer.nextDate).toBe(1024 + 63)
})

test('a server that was asked less often is not asked more often than it says', () => {
  const peer = association()
  peer.reach = 1
  peer.peerPoll = 7
  planPoll(peer, 10, 0, least)
  expect(peer.nextDate).toBe(128)
})

test('iburst: six packets, two seconds apart, as soon as the server answers', () => {
  const peer = association({ iburst: true })
  const times = [1]
  for (let i = 0; i < 6; i++) times.push(poll(peer, times.at(-1)!, true))
  expect(times.slice(0, 6)).toEqual([1, 3, 5, 7, 9, 11])
  expect(times.at(-1)!).toBeGreaterThan(60)
})

test('up to 4.2.4 a burst does not wait for an answer', () => {
  const peer = association({ iburst: true })
  const rules = { ...RULES, unaskedBurst: 8 }
  const times = [1]
  for (let i = 0; i < 8; i++) {
    const now = times.at(-1)!
    const { poll } = beginPoll(peer, now, rules)
    planPoll(peer, poll, now, least)
    times.push(peer.nextDate)
  }
  expect(times.slice(0, 8)).toEqual([1, 3, 5, 7, 9, 11, 13, 15])
})

test('ten polls without an answer, and each further one doubles the interval up to maxpoll', () => {
  const peer = association()
  let now = 1
  for (let i = 0; i < 9; i++) now = poll(peer, now, false)
  expect(peer.hostPoll).toBe(6)
  for (let i = 0; i < 9; i++) now = poll(peer, now, false)
  expect(peer.hostPoll).toBe(10)
})

test('who has answered is asked at the interval of the whole daemon', () => {
  const peer = association()
  poll(peer, 1, true)
  poll(peer, 65, true)
  expect(peer.hostPoll).toBe(8)
})

test('eight polls without an answer (four up to 4.2.6) tell the filter, and the last one that the server is gone', () => {
  const peer = association()
  peer.reach = 1
  const told = Array.from({ length: 8 }, () => beginPoll(peer, 0, RULES))
  expect(told.map(each => each.stale)).toEqual([...new Array(7).fill(false), true])
  expect(told.at(-1)!.unreachable).toBe(true)
  const old = association()
  old.reach = 1
  const early = Array.from({ length: 8 }, () => beginPoll(old, 0, { ...RULES, staleReach: 0x0f }))
  expect(early.map(each => each.stale)).toEqual([false, false, false, true, true, true, true, true])
})

test('a server that asks for fewer packets gets them', () => {
  const peer = association()
  peer.reach = 1
  slowDown(peer, 8, 100, least)
  expect(peer.minpoll).toBe(8)
  expect(peer.nextDate).toBeGreaterThan(100 + 256)
})
