import { describe, expect, test } from 'vitest'
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import type { JournalEntry } from '#core/agent/journal.ts'
import { instant, type Reading, since } from '#core/time/instant.ts'
import type { SampleRecord } from '#core/trace/record.ts'
import { drive } from '#worlds/drive.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import type { ServerConfig } from '#worlds/simulated/server.ts'
import { Simulation } from '#worlds/simulated/world.ts'
import { SHORTEST, storyOfJournal } from './of-journal.ts'
import { type Recorded, traceOf } from './trace-of-journal.ts'

/** Six hours of a guest that is 35 ppm fast, is paused for 30 s after three, and is noticed or not. */
function record(witnessed: boolean, servers: readonly Partial<ServerConfig>[] = [{}, {}, {}]) {
  const config = {
    ...AGENT_DEFAULTS,
    sources: servers.map((_, i) => ({ ...SOURCE_DEFAULTS, name: `${i + 1}`, address: `192.0.2.${i + 1}` })),
  }
  const sim = new Simulation({
    seed: 3,
    start: instant(1_796_083_200_000_000_000n),
    oscillator: { frequencyError: 35e-6, wander: 1e-9 },
    clock: { offset: -0.2 },
    servers: servers.map((server, i) => ({
      address: `192.0.2.${i + 1}`,
      link: symmetricLink((i + 1) * 1e-3, 1e-4),
      ...server,
    })),
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

describe('a server that the agent has outvoted', () => {
  const lying = (...lies: { at: number; offset: number }[]) => [{}, { lies }, {}, {}]
  const MOST_POLL = 1024

  test.each([
    { name: 'to the end', lies: [{ at: 7000, offset: 0.25 }], until: undefined },
    {
      name: 'for an hour',
      lies: [
        { at: 7000, offset: -1 },
        { at: 10_600, offset: 0 },
      ],
      until: 10_600,
    },
    { name: 'from early on', lies: [{ at: 1500, offset: 0.25 }], until: undefined },
  ])('was wrong $name, and the oscillator has no part in it', ({ lies, until }) => {
    const { scenario } = storyOfJournal(record(true, lying(...lies)))!
    const told = scenario.event.filter(({ kind }) => kind === 'lie')
    expect(told).toMatchObject([{ server: '192.0.2.2', offset: expect.closeTo(lies[0]!.offset, 2) }])
    const [lie] = told as [Extract<(typeof told)[number], { kind: 'lie' }>]
    expect(Math.abs(lie.at - lies[0]!.at)).toBeLessThan(MOST_POLL)
    if (until === undefined) expect(lie.until).toBeUndefined()
    else expect(Math.abs(lie.until! - until)).toBeLessThan(MOST_POLL)
    expect(scenario.server.map(({ offset }) => offset)).toEqual([0, 0, 0, 0])
    expect(scenario.guest.frequencyerror).toBeCloseTo(35, 0)
    expect(scenario.guest.offset).toBeCloseTo(-0.2, 2)
  })

  test('to the end, of a record of a quarter of an hour, bends no oscillator', () => {
    const all = record(true, lying({ at: 500, offset: 0.25 }))
    const { scenario } = storyOfJournal(cut(all, 900))!
    expect(scenario.event).toMatchObject([{ kind: 'lie', server: '192.0.2.2' }])
    expect(Math.abs(scenario.guest.frequencyerror - 35)).toBeLessThan(1)
  })
})

test.each([
  { at: 7000, rate: 50e-6 },
  { at: 3000, rate: -200e-6 },
])('a server whose clock runs away from $at s on by $rate', ({ at, rate }) => {
  const { scenario } = storyOfJournal(record(true, [{}, { changes: [{ at, drift: rate }] }, {}, {}]))!
  const told = scenario.event.filter(({ kind }) => kind === 'server' || kind === 'lie')
  expect(told).toMatchObject([{ kind: 'server', server: '192.0.2.2' }])
  const [drift] = told as [Extract<(typeof told)[number], { kind: 'server' }>]
  expect(drift.drift).toBeCloseTo(rate * 1e6, -1)
  expect(Math.abs(drift.at - at)).toBeLessThan(600)
  expect(scenario.server.map(({ offset }) => offset)).toEqual([0, 0, 0, 0])
  expect(scenario.guest.frequencyerror).toBeCloseTo(35, 0)
})

function cut(recorded: Recorded, seconds: number): Recorded {
  const inside = ({ at }: { readonly at: Reading }) =>
    since(at.monotonic, recorded.first.monotonic) <= seconds
  const records = recorded.records.filter(inside)
  return { ...recorded, records, last: records.at(-1)!.at }
}

const withSamples = (
  recorded: Recorded,
  change: (sample: SampleRecord, i: number) => SampleRecord,
): Recorded => {
  let i = 0
  return {
    ...recorded,
    records: recorded.records.map(each => (each.kind === 'sample' ? change(each, i++) : each)),
  }
}

test('of hours in which no majority agreed it is said that the story has none of them', () => {
  const parted = storyOfJournal(record(true, [{}, { lies: [{ at: 9000, offset: 0.3 }] }]))!
  expect(parted.scenario.event.filter(({ kind }) => kind === 'server')).toEqual([])
  expect(parted.doubts.join()).toMatch(
    /from [23]\.\d+ h to [56]\.\d+ h the servers were apart by up to 30\d ms, and no majority agreed/,
  )
  expect(storyOfJournal(record(true))!.doubts.join()).not.toContain('majority')
})

test('servers that differ by the port alone are several', () => {
  const elsewhere = withSamples(record(true), sample => ({
    ...sample,
    source: `127.0.0.1:1012${sample.source}`,
    address: '127.0.0.1',
  }))
  const { scenario, doubts } = storyOfJournal(elsewhere)!
  expect(scenario.server.map(({ address }) => address)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3'])
  for (const [i, { delay }] of scenario.server.entries()) expect(delay).toBeCloseTo((i + 1) * 1e-3, 3)
  expect(doubts.join()).toContain('127.0.0.1:10122 is 192.0.2.2')
})

test('one first sample that is wrong is not what the clock was off by', () => {
  const late = withSamples(record(true), (sample, i) =>
    i === 0 ? { ...sample, offset: sample.offset + 0.05 } : sample,
  )
  expect(storyOfJournal(late)!.scenario.guest.offset).toBeCloseTo(-0.2, 3)
})

test('some seconds tell no rate', () => {
  expect(storyOfJournal(cut(record(true), SHORTEST - 20))).toBeUndefined()
  expect(storyOfJournal(cut(record(true), SHORTEST + 80))!.scenario.guest.frequencyerror).toBeCloseTo(35, 0)
})

test('a recording without samples tells no story', () => {
  const { config, first, last } = record(true)
  expect(storyOfJournal({ config, first, last, records: [], requests: 9, replies: 0 })).toBeUndefined()
})
