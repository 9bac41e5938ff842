import { expect, test } from 'vitest'
import { PPM } from '#core/time/units.ts'
import { type Observed, storyOfObserved } from './story.ts'

const HOUR = 3600
const observed: Observed = {
  about: 'A day.',
  length: 24 * HOUR,
  ahead: 0,
  frequencyError: 0,
  rates: [],
  exchanges: [{ address: '192.0.2.1', delay: 0.01, stratum: 1, off: 0 }],
  answered: 1,
  pauses: [],
  steps: [],
  seen: { samples: 1, worst: 0, rms: 0 },
}

test('an hour in which the daemon learned a wrong frequency from a jump is no wander', () => {
  const rates = Array.from({ length: 24 }, (_, i) => ({ at: i * HOUR, rate: 0.05 * PPM * Math.sin(9 * i) }))
  const wanderOf = (all: Observed['rates']) =>
    storyOfObserved({ ...observed, rates: all }).scenario.guest.wander
  const calm = wanderOf(rates)
  expect(calm).toBeLessThan(0.002)
  const jumped = rates.map((each, i) => (i === 15 ? { ...each, rate: 40 * PPM } : each))
  expect(wanderOf(jumped) / calm).toBeGreaterThan(0.8)
  expect(wanderOf(jumped) / calm).toBeLessThan(1.2)
})

test('a way that is longer before and after an outage goes on through it: each ends for itself', () => {
  const address = '192.0.2.1'
  const { scenario } = storyOfObserved({
    ...observed,
    outages: [{ at: 7000, until: 12_000 }],
    routes: [{ address, at: 5000, until: undefined, up: 0.06, down: 0.01 }],
  })
  expect(scenario.event).toMatchObject([
    { kind: 'network', at: 5000, server: address, up: 0.06, down: 0.01 },
    { kind: 'network', at: 7000, until: 12_000, loss: 1 },
  ])
  expect(scenario.event[0]).not.toHaveProperty('until', expect.any(Number))
})

test('a server without an IPv4 address gets one that no other has', () => {
  const exchanges = ['2001:db8::1', '192.0.2.1', '2001:db8::2'].map(address => ({
    ...observed.exchanges[0]!,
    address,
  }))
  const { scenario, doubts } = storyOfObserved({ ...observed, exchanges })
  expect(scenario.server.map(({ address }) => address)).toEqual(['192.0.2.2', '192.0.2.1', '192.0.2.3'])
  expect(doubts.join()).toContain('2001:db8::1 is 192.0.2.2, 2001:db8::2 is 192.0.2.3')
})
