/** Guests that do not run when they want to, and guests whose processors disagree. */
import { expect, test } from 'vitest'
import { instant, type Monotonic, plus, since } from '#core/time/instant.ts'
import { Simulation, type SimulationConfig } from './world.ts'

const START = instant(1_796_083_200_000_000_000n)

/** Wakes each second, and says how late. */
function lateness(more: Partial<SimulationConfig>, until: number): number[] {
  const sim = new Simulation({ seed: 1, start: START, servers: [], ...more })
  const late: number[] = []
  let asked: Monotonic | undefined
  sim.world.open(event => {
    if (asked !== undefined) late.push(since(event.now.monotonic, asked))
    asked = plus(event.now.monotonic, 1)
    sim.world.timers.wake(asked)
  })
  sim.run(until)
  return late
}

test('stolen time: timers are late as often and as long as is said, from then on', () => {
  const late = lateness({ load: [{ at: 1000, part: 0.3, slice: 0.05 }] }, 4000)
  const before = late.slice(0, 990)
  const after = late.slice(1000)
  expect(Math.max(...before)).toBeLessThan(1e-3)
  const delayed = after.filter(seconds => seconds > 1e-3)
  expect(delayed.length / after.length).toBeCloseTo(0.3, 1)
  expect(delayed.reduce((sum, seconds) => sum + seconds, 0) / delayed.length).toBeCloseTo(0.05, 2)
})

test('one of six processors is 85 s behind: its clock shows now and then, and timers that it serves are late', () => {
  const cpus = [{ ahead: -85 }, {}, {}, {}, {}, {}]
  const sim = new Simulation({ seed: 1, start: START, servers: [], cpus })
  const seen: number[] = []
  sim.world.open(event => {
    seen.push(since(sim.truth, event.now.wall))
    sim.world.timers.wake(plus(event.now.monotonic, 1))
  })
  sim.run(20_000)
  const slow = seen.filter(behind => behind > 84).length / seen.length
  expect(slow).toBeCloseTo(1 / 6, 1)
  expect(seen.every(behind => Math.abs(behind) < 0.1 || Math.abs(behind - 85) < 0.1)).toBe(true)
  expect(sim.offset).toBe(0)
})
