import { expect, test } from 'vitest'
import { plus, since } from '#core/time/instant.ts'
import { watchOnly } from './overlay.ts'
import { Simulation } from './simulated/world.ts'

test('a record keeps the time of the real clock when the software clock is stepped in the same breath', () => {
  const sim = new Simulation({
    seed: 1,
    start: 1_795_258_202_000_000_000n as never,
    clock: { offset: -0.25 },
    servers: [],
  })
  const world = watchOnly(sim.world)
  const before = world.clock.read()
  const real = sim.world.clock.read()
  const wall = plus(before.wall, 10)
  world.clock.steer({ at: before.monotonic, wall, rate: 0, how: { kind: 'step' } })
  const estimate = {
    kind: 'estimate',
    at: before,
    offset: 10,
    errorBound: 1e-3,
    frequencyError: 0,
    frequencyErrorBound: 0,
    jitter: 0,
    source: undefined,
    survivors: 1,
  } as const
  world.record(estimate)
  const [kept] = sim.records
  expect(since(kept!.at.wall, real.wall)).toBeCloseTo(0, 9)
  expect((kept as typeof estimate).offset).toBeCloseTo(10, 9)
})
