import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { uint32At } from '#core/ntp/header.ts'
import { rfc3339 } from '#core/time/format.ts'
import { plus } from '#core/time/instant.ts'
import { ntpServer } from '#worlds/simulated/server.ts'
import { trueTime } from '#worlds/simulated/true-time.ts'
import { play } from '../play.ts'
import { scenarioSchema } from './schema.ts'
import { stage } from './world.ts'

const story = (more: object) =>
  v.parse(scenarioSchema, {
    title: 'A test',
    about: 'Something happens.',
    duration: '10h',
    server: [
      { address: '192.0.2.1', delay: '5ms', jitter: '1ms' },
      { address: '192.0.2.2', up: '10ms', down: '20ms' },
    ],
    ...more,
  })

test('a clock that begins somewhere within a spread: evenly over seeds, and nowhere else for a player with an offset of its own', () => {
  const scenario = story({ guest: { offset: '1s', offsetspread: '10ms' } })
  const begun = Array.from({ length: 20 }, (_, i) => stage(scenario, i + 1).world.clock!.offset!)
  expect(Math.min(...begun)).toBeGreaterThan(0.99)
  expect(Math.max(...begun)).toBeLessThan(1.01)
  // Of twenty at most one more or less in each quarter: chance would leave one with two.
  for (const from of [0.99, 0.995, 1, 1.005]) {
    const count = begun.filter(offset => offset >= from && offset < from + 5e-3).length
    expect(Math.abs(count - 5)).toBeLessThanOrEqual(1)
  }
  const player = { kind: 'none', name: 'n', offset: -2 } as const
  expect(play({ scenario: { ...scenario, duration: 1 }, player, seed: 3 }).run.offsets[0]).toBe(2)
})

describe('events become what the world does', () => {
  test('a pause that comes again and again', () => {
    const { world } = stage(
      story({ event: [{ kind: 'pause', at: '1h', length: '2s', every: '2h', times: 3, noticed: '10ms' }] }),
      1,
    )
    expect(world.pauses?.map(({ at }) => at)).toEqual([3600, 10_800, 18_000])
    expect(world.pauses?.[0]).toMatchObject({ length: 2, witness: { after: 0.01, uncertainty: 0.01 } })
  })

  test('without `times` to the end of the story', () => {
    const { world } = stage(story({ event: [{ kind: 'step', at: 100, by: '-1s', every: '1h' }] }), 1)
    expect(world.steps).toHaveLength(10)
    expect(world.steps?.[9]).toEqual({ at: 100 + 9 * 3600, size: -1 })
  })

  test('a path changes and is as before afterwards; what is not said stays', () => {
    const { world } = stage(
      story({ event: [{ kind: 'network', at: '1h', until: '2h', server: '192.0.2.2', up: '50ms' }] }),
      1,
    )
    expect(world.servers[0]!.link.changes).toEqual([])
    expect(world.servers[1]!.link.changes).toMatchObject([
      { at: 3600, up: { base: 0.05 }, down: { base: 0.02 } },
      { at: 7200, up: { base: 0.01 }, down: { base: 0.02 } },
    ])
  })

  test('a whole delay stands for both ways', () => {
    const { world } = stage(story({ event: [{ kind: 'network', at: '1h', delay: '1s', loss: 0.5 }] }), 1)
    expect(world.servers[1]!.link.changes).toMatchObject([
      { up: { base: 1, loss: 0.5 }, down: { base: 1, loss: 0.5 } },
    ])
  })

  test('a lie ends when it says so', () => {
    const { world } = stage(
      story({ event: [{ kind: 'lie', at: 60, until: 120, server: '192.0.2.1', offset: '50ms' }] }),
      1,
    )
    expect(world.servers[0]!.lies).toEqual([
      { at: 60, offset: 0.05 },
      { at: 120, offset: 0 },
    ])
  })

  test.each([
    ['insert', '2027-01-01T00:00:00Z', -1],
    ['delete', '2026-12-31T23:59:59Z', 1],
  ])('a leap second (%s) comes at the end of a month', (leap, moment, by) => {
    const { world } = stage(story({ event: [{ kind: 'leap-second', at: '6h', leap }] }), 1)
    expect(rfc3339(plus(world.start, 6 * 3600), 0)).toBe(moment)
    expect(world.leapSecond).toEqual({ at: 21_600, by })
    expect(world.servers.every(server => server.leap === leap && server.leapUntil === 21_600)).toBe(true)
  })
})

describe('what a hypervisor does', () => {
  const HYPERVISOR = { family: 'vmware', tools: 'vmware-tools', offset: '-30ms', drift: 2, vmclock: true }

  test('its verbs, with hosts that differ, and the phase', () => {
    const { world, marks, scoring } = stage(
      story({
        phase: 100,
        hypervisor: HYPERVISOR,
        event: [
          { kind: 'migrate', at: '2h', downtime: '300ms', offset: '5ms', counter: 40 },
          { kind: 'suspend', at: '1h', length: '5m' },
          { kind: 'revert', snapshot: '4h', at: '5h' },
          { kind: 'host-step', at: '3h', by: '2s' },
        ],
      }),
      1,
    )
    const shift = marks[0]!.at - 7200
    expect(world.pauses).toBeUndefined()
    expect(world.hypervisor).toMatchObject({
      family: 'vmware',
      devices: { vmclock: true },
      host: {
        offset: -0.03,
        drift: 2e-6,
        counter: 0,
        steps: [{ at: expect.closeTo(10_800 + shift, 6), size: 2 }],
      },
      events: [
        {
          verb: 'migrate',
          at: expect.closeTo(7200 + shift, 6),
          downtime: 0.3,
          to: { offset: 0.005, counter: expect.closeTo(40e-6, 9) },
        },
        { verb: 'suspend', at: expect.closeTo(3600 + shift, 6), length: 300 },
        {
          verb: 'revert',
          snapshot: expect.closeTo(14_400 + shift, 6),
          at: expect.closeTo(18_000 + shift, 6),
        },
      ],
    })
    expect(world.hypervisor!.tools).toMatchObject({ onResume: {} })
    expect(scoring.disruptedAt).toBeCloseTo(3900 + shift, 6)
    expect(marks[2]).toEqual({
      kind: 'revert',
      at: expect.closeTo(14_400 + shift, 6),
      until: expect.closeTo(18_000 + shift, 6),
    })
  })

  test('load takes time and ticks away, and gives them back', () => {
    const { world } = stage(
      story({
        guest: {
          ticks: 1000,
          lostticks: 0.01,
          ticksgivenback: 2,
          jump: '57.4s',
          jumpevery: 180,
          ageing: 0.0864,
        },
        event: [{ kind: 'load', at: '1h', until: '2h', steal: 0.5, slice: '200ms', lostticks: 0.3 }],
      }),
      1,
    )
    expect(world.load).toEqual([
      { at: 3600, part: 0.5, slice: 0.2 },
      { at: 7200, part: 0 },
    ])
    expect(world.oscillator).toMatchObject({
      ageing: 1e-12,
      jumps: { every: 180, size: 57.4 },
      ticks: {
        hz: 1000,
        lost: 0.01,
        compensation: 2,
        changes: [
          { at: 3600, lost: 0.3 },
          { at: 7200, lost: 0.01 },
        ],
      },
    })
  })

  test('loads that overlap end each for itself, and the last to begin counts', () => {
    const { world } = stage(
      story({
        guest: { ticks: 1000, lostticks: 0.01 },
        event: [
          { kind: 'load', at: '1h', until: '6h', steal: 0.2, lostticks: 0.1 },
          { kind: 'load', at: '2h', until: '3h', steal: 0.5 },
        ],
      }),
      1,
    )
    expect(world.load?.map(({ at, part }) => [at / 3600, part])).toEqual([
      [1, 0.2],
      [2, 0.5],
      [3, 0.2],
      [6, 0],
    ])
    expect(world.oscillator).toMatchObject({
      ticks: {
        changes: [
          { at: 3600, lost: 0.1 },
          { at: 21_600, lost: 0.01 },
        ],
      },
    })
  })

  test('a server loses its sources, and finds them again', () => {
    const { world } = stage(
      story({
        server: [{ address: '192.0.2.1', stratum: 2, patience: '64s', burst: 4, beyond: 'silence' }],
        event: [
          {
            kind: 'server',
            server: '192.0.2.1',
            at: '1h',
            until: '2h',
            unsynchronised: true,
            stratum: 16,
            drift: 3,
          },
        ],
      }),
      1,
    )
    expect(world.servers[0]).toMatchObject({
      rateLimit: { interval: 64, burst: 4, beyond: 'silence' },
      changes: [
        { at: 3600, leap: 'unknown', stratum: 16, drift: 3e-6 },
        { at: 7200, leap: 'none', stratum: 2, drift: -3e-6 },
      ],
    })
  })

  test('of a server each property is what was said of it last, and ends for itself', () => {
    const of = (...events: object[]) => {
      const server = [{ address: '192.0.2.1', stratum: 2 }]
      const event = events.map(each => ({ kind: 'server', server: '192.0.2.1', ...each }))
      return stage(story({ duration: '12h', server, event }), 1).world
    }
    const answers = ({ servers, start }: ReturnType<typeof of>, hours: number) => {
      const request = new Uint8Array(48)
      request[0] = 0x23
      const reply = ntpServer(servers[0]!).answer(request, trueTime(hours * 3600), start)
      return reply && { leap: reply[0]! >> 6, stratum: reply[1], rootDelay: uint32At(reply, 4) / 2 ** 16 }
    }

    const found = of({ at: '4h', unsynchronised: true }, { at: '6h', unsynchronised: false })
    expect([3, 5, 7].map(hours => answers(found, hours)?.leap)).toEqual([0, 3, 0])

    const mute = of(
      { at: '4h', silent: true },
      { at: '6h', rootdelay: 0.5 },
      { at: '8h', silent: false },
      { at: '9h', stratum: 3 },
    )
    expect([5, 7].map(hours => answers(mute, hours))).toEqual([undefined, undefined])
    expect(answers(mute, 8.5)).toEqual({ leap: 0, stratum: 2, rootDelay: 0.5 })
    expect(answers(mute, 9.5)).toEqual({ leap: 0, stratum: 3, rootDelay: 0.5 })

    const between = of(
      { at: '4h', until: '10h', silent: true },
      { at: '5h', until: '6h', stratum: 3, drift: 5 },
      { at: '5h', unsynchronised: true, drift: 2 },
    )
    expect([5, 7, 9].map(hours => answers(between, hours))).toEqual([undefined, undefined, undefined])
    expect(answers(between, 11)).toEqual({ leap: 3, stratum: 2, rootDelay: 0 })
    expect(
      between.servers[0]!.changes!.map(({ at, drift }) => [at / 3600, Math.round(drift! * 1e6)]),
    ).toEqual([
      [4, 0],
      [5, 7],
      [6, -5],
      [10, 0],
    ])
  })

  test('processors with clocks of their own: `date` sees any of them, the system its own', () => {
    const cpu = [{ ahead: '-85s' }, {}, {}, {}, {}, {}]
    const offsets = (clock: string) =>
      play({
        scenario: story({ duration: '10m', guest: { frequencyerror: 0, wander: 0 }, cpu, judged: { clock } }),
        player: { kind: 'none', name: 'none' },
        seed: 1,
      }).run.offsets
    expect(Math.max(...offsets('system').map(Math.abs))).toBeLessThan(1e-6)
    const shown = offsets('date').map(Math.round)
    expect(new Set(shown)).toEqual(new Set([0, 85]))
    // One of six.
    expect(shown.filter(seconds => seconds === 85).length / shown.length).toBeCloseTo(1 / 6, 1)
  })
})

test('the phase moves all that happens, by another part for each seed, and what is judged goes with it', () => {
  const scenario = story({ phase: '1000s', event: [{ kind: 'pause', at: '1h', length: '3s' }] })
  const shifts = [1, 2, 3, 4, 5, 6, 7, 8].map(seed => stage(scenario, seed).world.pauses![0]!.at - 3600)
  expect(new Set(shifts).size).toBe(8)
  // Eight seeds already see all of it: no gap is longer than a quarter.
  const sorted = [0, ...shifts.sort((a, b) => a - b), 1000]
  for (const [i, shift] of sorted.slice(1).entries()) expect(shift - sorted[i]!).toBeLessThan(250)
  const { scoring, duration } = stage(scenario, 1)
  expect(scoring.disruptedAt).toBeCloseTo(3603 + 618.03, 1)
  expect(duration).toBeCloseTo(36_000 + 618.03, 1)
})

test('later pauses and steps, each as often as it comes, are recovered from by themselves', () => {
  const event = [
    { kind: 'pause', at: '4h', length: '2s', every: '3h' },
    { kind: 'step', at: '5h', by: '1s' },
  ]
  const again = (more: object) => stage(story({ duration: '10h', event, ...more }), 1).scoring.disruptedAgain
  expect(again({})).toEqual([18_000, 25_202])
  expect(again({ judged: { after: '6h' } })).toEqual([25_202])
  expect(again({ event: event.slice(1) })).toEqual([])
})

test('what happens to a path or a server later is recovered from by itself, too, and not charged to the pause before', () => {
  const pause = { kind: 'pause', at: '1h', length: '5s' }
  const events = [
    { kind: 'network', at: '8h', until: '9h', up: '300ms' },
    { kind: 'lie', at: '5h', until: '6h', server: '192.0.2.1', offset: '80ms' },
    { kind: 'server', at: '4h', server: '192.0.2.2', silent: true },
  ]
  const { disruptedAt, disruptedAgain } = stage(story({ event: [...events, pause] }), 1).scoring
  expect(disruptedAt).toBe(3605)
  expect(disruptedAgain).toEqual([14_400, 18_000, 21_600, 28_800, 32_400])
  // Of the path alone it is counted from the start of the story, and then from where the path begins to be another.
  expect(stage(story({ event: events.slice(0, 1) }), 1).scoring).toMatchObject({
    disruptedAt: 0,
    disruptedAgain: [28_800, 32_400],
  })
})

test('a clock that is back soon after a pause, and led astray by its server hours later, was not away all the time', () => {
  const event = [
    { kind: 'step', at: '1h', by: '1s' },
    { kind: 'lie', at: '8h', until: '9h', server: '192.0.2.1', offset: '80ms' },
  ]
  const player = {
    kind: 'chronyd',
    name: 'chrony',
    config: 'server 192.0.2.1 iburst maxpoll 4\nmakestep 0.1 -1\n',
  } as const
  const { run, score } = play({ scenario: story({ event }), player, seed: 1 })
  // It has no other server, and follows this one.
  expect(run.offsets.findLastIndex(offset => Math.abs(offset) >= 0.01)).toBeGreaterThan(8 * 3600)
  expect(score.timeTo10ms).toBeGreaterThan(0)
  expect(score.timeTo10ms).toBeLessThan(2 * 3600)
})

test('recovery is counted from the first pause, step, or what is said', () => {
  const from = (more: object) => stage(story(more), 1).scoring.disruptedAt
  expect(from({})).toBe(0)
  expect(from({ event: [{ kind: 'step', at: 50, by: 1 }] })).toBe(50)
  expect(from({ event: [{ kind: 'step', at: 50, by: 1 }], judged: { after: '1h' } })).toBe(3600)
})

test('what overlaps on a path, or at a server, ends each for itself', () => {
  const [first, second] = stage(
    story({
      duration: '12h',
      event: [
        { kind: 'network', at: '2h', until: '10h', server: '192.0.2.1', down: '30ms' },
        { kind: 'network', at: '4h', until: '5h', loss: 1 },
        { kind: 'lie', at: '1h', until: '8h', server: '192.0.2.1', offset: '1s' },
        { kind: 'lie', at: '2h', until: '3h', server: '192.0.2.1', offset: '5s' },
      ],
    }),
    1,
  ).world.servers
  expect(first!.link.changes).toMatchObject([
    { at: 7200, up: { base: 0.005 }, down: { base: 0.03, loss: 0 } },
    { at: 14_400, down: { base: 0.03, loss: 1 } },
    { at: 18_000, down: { base: 0.03, loss: 0 } },
    { at: 36_000, down: { base: 0.005, loss: 0 } },
  ])
  expect(second!.link.changes).toMatchObject([
    { at: 14_400, down: { base: 0.02, loss: 1 } },
    { at: 18_000, down: { base: 0.02, loss: 0 } },
  ])
  expect(first).toMatchObject({
    lies: [
      { at: 3600, offset: 1 },
      { at: 7200, offset: 5 },
      { at: 10_800, offset: 1 },
      { at: 28_800, offset: 0 },
    ],
  })
})

test('what comes for good on a path takes the place of what came for good before', () => {
  const { world } = stage(
    story({
      event: [
        { kind: 'network', at: '1h', loss: 1 },
        { kind: 'network', at: '2h', delay: '7ms' },
      ],
    }),
    1,
  )
  expect(world.servers[0]!.link.changes).toMatchObject([
    { at: 3600, up: { loss: 1 } },
    { at: 7200, up: { base: 0.007, loss: 0 } },
  ])
})
