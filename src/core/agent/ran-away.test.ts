/** A clock that runs away faster than it can be steered, and what the policy lets the agent do about it. */
import { expect, test } from 'vitest'
import { POLICY_DEFAULTS, type Policy } from '#core/guest/policy.ts'
import { instant } from '#core/time/instant.ts'
import { drive } from '#worlds/drive.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { Simulation } from '#worlds/simulated/world.ts'
import { Agent } from './agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from './config.ts'

const address = '192.0.2.1'

/** It gives back twice what it loses: some ticks of a thousand at first, four of ten for four hours in which it gets a fifth of the time, and then hardly any. */
function afterHours(afterDisruption: Policy['afterDisruption']) {
  const sim = new Simulation({
    seed: 5,
    start: instant(1_796_083_200_000_000_000n),
    oscillator: {
      frequencyError: 20e-6,
      ticks: {
        hz: 1000,
        lost: 0.002,
        compensation: 2,
        changes: [
          { at: 3600, lost: 0.4 },
          { at: 18_000, lost: 0.0001 },
        ],
      },
    },
    load: [
      { at: 3600, part: 0.8, slice: 0.3 },
      { at: 18_000, part: 0 },
    ],
    servers: [{ address, link: symmetricLink(1e-4, 2e-5) }],
  })
  const agent = new Agent(
    {
      ...AGENT_DEFAULTS,
      policy: { ...POLICY_DEFAULTS, afterDisruption },
      sources: [{ ...SOURCE_DEFAULTS, name: 'a', address }],
    },
    sim.world.random,
  )
  drive(sim.world, agent)
  let worst = 0
  for (let at = 1; at <= 25_200; at++) {
    sim.run(at)
    // By then it has been asked again: until it is, nobody can know.
    if (at > 5400) worst = Math.max(worst, Math.abs(sim.offset))
  }
  const names = sim.records.flatMap(record => (record.kind === 'notice' ? [record.name] : []))
  const steps = sim.records.filter(record => record.kind === 'step' && record.at.monotonic > 3600e9).length
  return { left: Math.abs(sim.offset), worst, names: new Set(names), steps }
}

test('it is stepped while it runs, and right when it is well', () => {
  const { left, worst, names, steps } = afterHours('step')
  expect(left).toBeLessThan(0.01)
  expect(worst).toBeLessThan(60)
  expect(names).toContain('ran-away')
  expect(steps).toBeGreaterThan(10)
})

test.each(['slew', 'nothing', 'ask'] as const)('it is not where that is not wanted: %s', policy => {
  const { left, names, steps } = afterHours(policy)
  expect(left).toBeGreaterThan(100)
  expect(steps).toBe(0)
  expect(names.has(`held-${policy}`)).toBe(policy !== 'slew')
})
