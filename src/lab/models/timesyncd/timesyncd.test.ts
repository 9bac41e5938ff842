import { expect, test } from 'vitest'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { daemonPlayer, type Run, runLab } from '../../run.ts'
import { timeUntilBelow } from '../../score.ts'
import { playOn, START } from '../test-world.ts'
import { timesyncd } from './timesyncd.ts'

const player = (config: string) =>
  daemonPlayer(({ random, recording }) => timesyncd({ config, random, recording }))
const play = playOn(player('[Time]\nNTP=192.0.2.1\n'))
const ownSteps = (run: Run) => run.steps.filter(({ by }) => by === 'player')

test('less than 0.4 s is slewed, more is jumped, whatever it is and whenever it comes', () => {
  expect(ownSteps(play({ clock: { offset: -0.3 } }, 7200))).toEqual([])
  const [first, ...more] = ownSteps(play({ clock: { offset: -5000 } }, 7200))
  expect(first!.size).toBeCloseTo(5000, 2)
  expect(more).toEqual([])
})

test('polls grow from 32 s to 2048 s while all is well', () => {
  const run = play({ clock: { offset: -0.01 } }, 86_400)
  const polls = run.records.flatMap(record => (record.kind === 'sample' ? [2 ** record.poll] : []))
  expect(polls.slice(0, 8)).toEqual([64, 128, 256, 512, 1024, 2048, 2048, 2048])
})

test('a pause is noticed with the next poll, up to 2048 s later, and then jumped', () => {
  const run = play({ pauses: [{ at: 20_000, length: 30 }] }, 40_000)
  const [step, ...more] = ownSteps(run)
  expect(more).toEqual([])
  expect(step!.size).toBeCloseTo(30, 2)
  expect(step!.at - 20_030).toBeLessThanOrEqual(2048 + 1)
  expect(timeUntilBelow(run.offsets, 10e-3, 20_030)).toBeLessThanOrEqual(2049)
})

test('somebody sets the clock: it asks at once', () => {
  const run = play({ steps: [{ at: 20_000, size: -600 }] }, 21_000)
  expect(ownSteps(run)[0]!.at - 20_000).toBeLessThan(1)
})

test('a laptop wakes up: its timers have counted the sleep', () => {
  const events = [{ verb: 'sleep', at: 20_000, length: 7200 }] as const
  const run = play({ hypervisor: { family: 'bare-metal', events } }, 30_000)
  const after = run.records.filter(
    record => record.kind === 'sample' && Number(record.at.monotonic) / 1e9 >= 20_000,
  )
  expect(Number(after[0]!.at.monotonic) / 1e9).toBeLessThan(20_001)
})

test('a server that is not synchronised is left for the next', () => {
  const servers = [
    { address: '192.0.2.1', link: symmetricLink(1e-3, 1e-4), leap: 'unknown' as const },
    { address: '192.0.2.2', link: symmetricLink(1e-3, 1e-4) },
  ]
  const run = runLab({
    world: { start: START, servers, clock: { offset: -3 } },
    seed: 1,
    duration: 600,
    player: player('[Time]\nNTP=192.0.2.1 192.0.2.2'),
    recording: true,
  })
  expect(Math.abs(run.offsets.at(-1)!)).toBeLessThan(1e-3)
  expect(run.records.some(record => record.kind === 'notice' && record.name === 'disconnecting')).toBe(true)
})

test('a server that does not answer is waited for 10 s, and tried again after 30 s', () => {
  const silent = { base: 0.001, loss: 1 }
  const run = runLab({
    world: { start: START, servers: [{ address: '192.0.2.1', link: { up: silent, down: silent } }] },
    seed: 1,
    duration: 400,
    player: player('[Time]\nNTP=192.0.2.1'),
  })
  expect(run.packetsSent).toBeGreaterThanOrEqual(10)
  expect(run.packetsSent).toBeLessThanOrEqual(11)
})
