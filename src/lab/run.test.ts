import { expect, test } from 'vitest'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { POLICY_DEFAULTS } from '#core/guest/policy.ts'
import { instant, monotonic } from '#core/time/instant.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { curveOf } from './curve.ts'
import type { Daemon } from './daemon.ts'
import { Ntpd } from './models/ntpd/ntpd.ts'
import { agentPlayer, daemonPlayer, runLab } from './run.ts'
import { scoreRun } from './score.ts'

const ADDRESS = '10.0.0.1'
const WORLD = {
  start: instant(1_796_083_200_000_000_000n),
  servers: [{ address: ADDRESS, link: symmetricLink(100e-6, 20e-6) }],
  oscillator: { frequencyError: 20e-6, wander: 1e-9 },
  clock: { offset: -0.05 },
}
const agent = agentPlayer({
  ...AGENT_DEFAULTS,
  policy: POLICY_DEFAULTS,
  sources: [{ ...SOURCE_DEFAULTS, name: ADDRESS, address: ADDRESS, minpoll: 4, maxpoll: 6 }],
})
/** Steps the clock at the start, and gives up when it is told that a packet has left. */
const hasty: Daemon = {
  handle(event) {
    switch (event.kind) {
      case 'started':
        return [
          { kind: 'adjust', call: { kind: 'step', size: -1 } },
          { kind: 'send', flow: 1, to: { address: ADDRESS, port: 123 }, bytes: new Uint8Array(48) },
          { kind: 'record', record: { kind: 'notice', at: event.now, name: 'hasty', text: 'here' } },
        ]
      case 'sent':
        return [{ kind: 'exit', why: 'enough' }]
      default:
        throw new Error('told something after its end')
    }
  },
}

test('nobody at all leaves the clock to its oscillator', () => {
  const nobody = daemonPlayer(() => ({ handle: () => [] }))
  const { offsets, packetsSent, steps } = runLab({ world: WORLD, seed: 1, duration: 1000, player: nobody })
  expect(offsets[0]).toBeCloseTo(0.05, 9)
  expect(offsets[1000]).toBeCloseTo(0.05 - 20e-6 * 1000, 4)
  expect([packetsSent, steps]).toEqual([0, []])
})

test('nobody reads the clock of a guest that does not run', () => {
  const world = {
    ...WORLD,
    hypervisor: { family: 'bare-metal', events: [{ verb: 'sleep', at: 10.5, length: 100 }] },
  } as const
  const run = runLab({ world, seed: 1, duration: 200, player: agent, believing: true })
  const unread = Array.from(run.offsets.keys()).filter(second => Number.isNaN(run.offsets[second]!))
  expect(unread).toEqual(Array.from({ length: 100 }, (_, i) => 11 + i))
  expect(unread.every(second => Number.isNaN(run.bounds![second]!))).toBe(true)
  // Its kernel carried the clock on by whole seconds.
  expect(Math.abs(run.offsets[111]!)).toBeLessThan(0.6)
})

test('what a clock shows between two seconds is seen: before and after a step of anybody, and when the guest runs again', () => {
  const world = {
    ...WORLD,
    clock: { offset: 0 },
    steps: [{ at: 20.25, size: 3 }],
    hypervisor: { family: 'kvm-clock', events: [{ verb: 'pause', at: 10.5, length: 0.25 }] },
  } as const
  const back: Daemon = {
    handle: event =>
      event.kind === 'disrupted' && event.sign.kind === 'stepped'
        ? [{ kind: 'adjust', call: { kind: 'step', size: -event.sign.size } }]
        : [],
  }
  const run = runLab({ world, seed: 1, duration: 30, player: daemonPlayer(() => back) })
  expect(run.breaks).toEqual([
    { at: 10.75, before: Number.NaN, after: expect.closeTo(0.25, 2) },
    { at: 20.25, before: expect.closeTo(0.25, 2), after: expect.closeTo(-2.75, 2) },
    { at: 20.25, before: expect.closeTo(-2.75, 2), after: expect.closeTo(0.25, 2) },
  ])
  expect(Math.max(...run.offsets.map(Math.abs))).toBeLessThan(0.26)
  expect(scoreRun(run, { disruptedAt: 0 }).worst).toBeCloseTo(-2.75, 2)
  const { at, least } = curveOf({ run, marks: [] })
  expect(least[at.indexOf(20)]).toBeCloseTo(-2.75, 2)
  expect(least[at.indexOf(21)]).toBeCloseTo(0.25, 2)
  // What a kernel adds before any program runs again, none has missed.
  const sleep = { family: 'bare-metal', events: [{ verb: 'sleep', at: 10.5, length: 100 }] } as const
  const slept = runLab({
    world: { ...world, steps: [], hypervisor: sleep },
    seed: 1,
    duration: 200,
    player: daemonPlayer(() => back),
  })
  expect(slept.breaks).toHaveLength(1)
  expect(Math.abs(slept.breaks[0]!.after)).toBeLessThan(0.6)
})

test('steps and exits are seen, whoever takes them, and records kept when somebody wants them', () => {
  const world = { ...WORLD, steps: [{ at: 5, size: 3 }] }
  const run = runLab({ world, seed: 1, duration: 10, player: daemonPlayer(() => hasty), recording: true })
  expect(run.steps).toEqual([
    { at: 0, size: -1, by: 'player' },
    { at: 5, size: 3, by: 'world' },
  ])
  expect(run.exit).toEqual({ at: 0, why: 'enough' })
  expect(run.records).toMatchObject([{ name: 'hasty' }])
  expect(run.packetsSent).toBe(1)
  expect(runLab({ world, seed: 1, duration: 10, player: daemonPlayer(() => hasty) }).records).toEqual([])
})

test('our own agent plays by the same rules: right soon after a pause, and its bound covers the truth', () => {
  const world = { ...WORLD, pauses: [{ at: 1800, length: 30 }] }
  const config = { world, seed: 1, duration: 3600, player: agent, believing: true }
  const run = runLab(config)
  const score = scoreRun(run, { disruptedAt: 1830, window: [600, 1790] })
  // A reply within 64 s, and a burst.
  expect(score.timeTo10ms).toBeLessThan(90)
  expect(score.steps).toBeGreaterThan(0)
  expect(score.rms).toBeLessThan(20e-6)
  for (let t = 600; t < 1790; t++)
    expect(Math.abs(run.offsets[t]! - run.beliefs![t]!)).toBeLessThan(run.bounds![t]!)
  expect(runLab(config).offsets).toEqual(run.offsets)
})

test('a player sees readings, never true time', () => {
  const seen: unknown[] = []
  const daemon: Daemon = {
    handle(event) {
      seen.push(...Object.keys(event))
      return event.kind === 'started'
        ? [{ kind: 'wake', at: monotonic(event.now.monotonic + 10n ** 9n) }]
        : []
    },
  }
  runLab({ world: WORLD, seed: 1, duration: 5, player: daemonPlayer(() => daemon) })
  // The rate is the one that the kernel was told, as adjtimex shows it.
  expect(seen).toEqual(['kind', 'now', 'precision', 'rate', 'kind', 'now'])
})

test('who never looks at when its packets left is not told, and that is all that it changes', () => {
  const ntpd = () => new Ntpd({ config: `server ${ADDRESS} iburst`, version: '4.2.8p15', random: () => 7 })
  const told: string[] = []
  const run = (ignoresDepartures: boolean) => {
    const daemon = ntpd()
    const player = daemonPlayer(() => ({
      ignoresDepartures,
      handle(event) {
        told.push(`${ignoresDepartures} ${event.kind}`)
        return daemon.handle(event)
      },
    }))
    const world = { ...WORLD, clock: { ...WORLD.clock, stamping: 10e-6 } }
    return runLab({ world, seed: 1, duration: 3600, player })
  }
  expect(run(true)).toEqual(run(false))
  expect(told).toContain('false sent')
  expect(told).not.toContain('true sent')
})
