/** The counters of processors that differ: unmistakable signs, and what the agent makes of them while it keeps a clock. */
import { describe, expect, test } from 'vitest'
import { instant, monotonic, since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { drive } from '#worlds/drive.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { Simulation } from '#worlds/simulated/world.ts'
import { Agent } from './agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from './config.ts'
import type { AgentEvent } from './event.ts'
import { Processors } from './processors.ts'

const START = instant(1_795_258_202_000_000_000n)
const HOUR: Seconds = 3600
const DAY: Seconds = 86_400

describe('readings that follow each other', () => {
  const at = (seconds: Seconds) => ({ wall: START, monotonic: monotonic(BigInt(Math.round(seconds * 1e9))) })
  const follow = (...readings: Seconds[]) => {
    const processors = new Processors(at(0), 1e-6)
    return { processors, found: readings.map(reading => processors.take(at(reading))) }
  }

  test('forward, or back by no more than they can be misread: one clock', () => {
    const { processors, found } = follow(0, 1, 1 - 0.5e-6, 100, 1000)
    expect(found).toEqual([undefined, undefined, undefined, undefined, undefined])
    expect(processors).toMatchObject({ apart: 0, disagree: false })
  })

  test('back by little: apart by twice that, which is told once', () => {
    const { processors, found } = follow(0, 1, 1 - 100e-6, 2, 2 - 150e-6)
    expect(found).toEqual([undefined, undefined, 'apart', undefined, undefined])
    expect(processors.apart).toBeCloseTo(200e-6, 12)
    expect(processors.disagree).toBe(false)
  })

  test('back by much: no clock at all, until a day has passed without a sign, by whichever processor', () => {
    const { processors, found } = follow(0, 85, 1, 86, 85 + DAY)
    expect(found.slice(0, 3)).toEqual([undefined, undefined, 'apart'])
    expect(processors.disagree).toBe(true)
    expect(processors.take(at(86 + DAY))).toBe('together')
    expect(processors).toMatchObject({ apart: 0, disagree: false })
  })
})

interface Told {
  /** What each of the processors gains on the one before. */
  readonly gains?: Rate
  /** What the clock was told to gain before the agent began. */
  readonly found?: Rate
  readonly servers?: readonly number[]
}

function guest(
  aheads: readonly Seconds[],
  seed: number,
  { gains = 0, found = 0, servers: numbers = [1, 2, 3] }: Told = {},
) {
  const servers = numbers.map(i => ({ address: `192.0.2.${i}`, link: symmetricLink(100e-6, 20e-6) }))
  const sim = new Simulation({
    seed,
    start: START,
    servers,
    oscillator: { frequencyError: 20e-6, wander: 1e-9 },
    cpus: aheads.map((ahead, i) => ({ ahead, gains: i * gains })),
    clock: { rate: found },
  })
  const sources = servers.map(({ address }) => ({ ...SOURCE_DEFAULTS, name: address, address }))
  const agent = new Agent({ ...AGENT_DEFAULTS, sources }, sim.world.random)
  const { tell } = drive(sim.world, agent)
  const status = () => agent.status(sim.world.clock.read())
  const steps = () => sim.records.filter(({ kind }) => kind === 'step').length
  const notices = () => sim.records.flatMap(record => (record.kind === 'notice' ? [record.name] : []))
  /** How far true time lies outside of the bound, of the reading that the agent has. */
  const outside = () => {
    const now = sim.world.clock.read()
    const { offset, errorBound } = agent.status(now)
    if (offset === undefined || errorBound === undefined) return 0
    return Math.max(0, Math.abs(since(sim.truth, now.wall) - offset) - errorBound)
  }
  return { sim, status, steps, notices, outside, tell: (event: AgentEvent) => tell(event) }
}

describe.each([1, 2, 3])('an agent that keeps a clock, seed %i', seed => {
  test.each([
    ['two, 20 µs apart', [0, 20e-6]],
    ['two, 300 µs apart', [0, -300e-6]],
    ['six, each 100 µs from the next', [0, 1e-4, 2e-4, 3e-4, 4e-4, 5e-4]],
  ])('%s: it is kept, and true time lies in the bound', (_, aheads) => {
    const { sim, status, steps, notices, outside } = guest(aheads, seed)
    for (let t = 1; t <= 3 * HOUR; t += 7) {
      sim.run(t)
      expect(outside()).toBe(0)
    }
    expect(notices()).toContain('processors-differ')
    expect(status()).toMatchObject({ state: 'locked', holding: undefined })
    expect(status().errorBound).toBeGreaterThan(aheads.at(-1)!)
    expect(steps()).toBe(0)
    expect(Math.abs(sim.offset)).toBeLessThan(1e-3)
  })

  test.each([
    ['two, 3 s apart', [0, -3]],
    ['one of six 85 s behind', [-85, 0, 0, 0, 0, 0]],
    ['one of three 400 s ahead', [0, 400, 0]],
  ])('%s: it is left as it is, and nothing is said of it', (_, aheads) => {
    const { sim, status, steps, notices, outside } = guest(aheads, seed)
    for (let t = 1; t <= 3 * HOUR; t += 7) {
      sim.run(t)
      expect(outside()).toBe(0)
    }
    expect(notices()).toEqual(expect.arrayContaining(['processors-differ', 'held-processors']))
    expect(status()).toMatchObject({ state: 'disrupted', holding: 'processors', offset: undefined })
    expect(sim.claim?.errorBound).toBeUndefined()
    expect(steps()).toBe(0)
    // What it drifts by itself.
    expect(Math.abs(sim.offset)).toBeLessThan(0.22)
  })
})

test.each([1, 2, 3, 4, 5])(
  'two, 3 ms apart from the start: the rate is left as it was found, seed %i',
  seed => {
    const { sim, status } = guest([0, 3e-3], seed, { found: -20e-6, servers: [1] })
    sim.run(8 * HOUR)
    expect(status().holding).toBe('processors')
    // The one step or slew that was made before it was noticed.
    expect(Math.abs(sim.offset)).toBeLessThan(6e-3)
  },
)

test.each([1, 2, 3])('two that come apart: the rate is left as it was proven before, seed %i', seed => {
  const { sim, status } = guest([0, 0], seed, { gains: 1e-7 })
  sim.run(15 * HOUR)
  expect(status().holding).toBe('processors')
  const { offset } = sim
  sim.run(24 * HOUR)
  // Without that it gains 20 ppm: 648 ms.
  expect(Math.abs(sim.offset - offset)).toBeLessThan(10e-3)
})

test('it is tried again when somebody allows it, and left again at the next sign', () => {
  const { sim, status, steps, tell } = guest([0, -3], 1)
  sim.run(HOUR)
  tell({ kind: 'permitted', now: sim.world.clock.read() })
  expect(status().holding).toBeUndefined()
  sim.run(2 * HOUR)
  expect(status().holding).toBe('processors')
  expect(steps()).toBeLessThanOrEqual(1)
})
