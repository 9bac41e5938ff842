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

test('a way that is longer before and after an outage is longer on both sides of it', () => {
  const address = '192.0.2.1'
  const { scenario } = storyOfObserved({
    ...observed,
    outages: [{ at: 7000, until: 12_000 }],
    routes: [{ address, at: 5000, until: undefined, up: 0.06, down: 0.01 }],
  })
  expect(scenario.event).toMatchObject([
    { kind: 'network', at: 5000, until: 7000, server: address, up: 0.06 },
    { kind: 'network', at: 7000, until: 12_000, loss: 1 },
    { kind: 'network', at: 12_000, server: address, up: 0.06, down: 0.01 },
  ])
  expect(scenario.event[2]).not.toHaveProperty('until', expect.any(Number))
})
