import { expect, test } from 'vitest'
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import type { JournalEntry } from '#core/agent/journal.ts'
import { instant } from '#core/time/instant.ts'
import { drive } from '#worlds/drive.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { Simulation } from '#worlds/simulated/world.ts'
import { storyOfJournal } from './of-journal.ts'
import { traceOf } from './trace-of-journal.ts'

/** Six hours of a guest that is 35 ppm fast, is paused for 30 s after three, and is noticed or not. */
function record(witnessed: boolean) {
  const config = {
    ...AGENT_DEFAULTS,
    sources: [1, 2, 3].map(i => ({ ...SOURCE_DEFAULTS, name: `${i}`, address: `192.0.2.${i}` })),
  }
  const sim = new Simulation({
    seed: 3,
    start: instant(1_796_083_200_000_000_000n),
    oscillator: { frequencyError: 35e-6, wander: 1e-9 },
    clock: { offset: -0.2 },
    servers: [1, 2, 3].map(i => ({ address: `192.0.2.${i}`, link: symmetricLink(i * 1e-3, 1e-4) })),
    pauses: [
      {
        at: 10_800,
        length: 30,
        ...(witnessed ? { witness: { name: 'rtc', after: 0.5, uncertainty: 0.01 } } : {}),
      },
    ],
  })
  const entries: JournalEntry[] = []
  let random: number[] = []
  const agent = new Agent(config, () => {
    random.push(sim.world.random())
    return random.at(-1)!
  })
  drive(sim.world, agent, event => {
    entries.push({ event, random })
    random = []
  })
  sim.run(21_600)
  return traceOf(config, entries)!
}

test.each([true, false])('a story like the one that was lived through (pause witnessed: %s)', witnessed => {
  const { scenario } = storyOfJournal(record(witnessed))!
  expect(scenario.guest.frequencyerror).toBeCloseTo(35, 0)
  expect(scenario.guest.offset).toBeCloseTo(-0.2, 2)
  expect(scenario.server.map(({ address }) => address)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3'])
  for (const [i, { delay }] of scenario.server.entries()) expect(delay).toBeCloseTo((i + 1) * 1e-3, 3)
  const [pause, ...others] = scenario.event
  expect(others).toEqual([])
  if (pause?.kind !== 'pause') throw new Error('no pause')
  expect(pause.length).toBeCloseTo(30, 1)
  // Sources ask seldom: without a witness nobody knows when it was.
  expect(Math.abs(pause.at - 10_800)).toBeLessThan(witnessed ? 60 : 1100)
  expect(scenario.duration).toBeGreaterThan(20_000)
})

test('a recording without samples tells no story', () => {
  const { config, first, last } = record(true)
  expect(storyOfJournal({ config, first, last, records: [], requests: 9, replies: 0 })).toBeUndefined()
})
