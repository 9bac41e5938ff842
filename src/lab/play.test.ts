import * as v from 'valibot'
import { expect, test } from 'vitest'
import { curveOf } from './curve.ts'
import { beginPlay, play } from './play.ts'
import { knownPlayer } from './players/known.ts'
import { scenarioSchema } from './scenario/schema.ts'
import { WHOLE } from './window.ts'

const SERVER = '192.0.2.1'
const story = (more: object = {}) =>
  v.parse(scenarioSchema, {
    title: 'A test',
    about: 'A pause.',
    duration: '2h',
    phase: '64s',
    server: [{ address: SERVER, delay: '1ms', jitter: '100us' }],
    event: [{ kind: 'pause', at: '1h', length: '5s' }],
    ...more,
  })
const known = (name: string) => knownPlayer(name, [SERVER])!

test.each(['clockwright', 'chrony-debian', 'ntpd-4.2.6', 'ntpsec', 'none'])(
  '%s: the same story and seed give the same bytes, another seed gives others',
  name => {
    const bytes = (seed: number) => {
      const { run } = play({ scenario: story(), player: known(name), seed })
      return Buffer.from(run.offsets.buffer)
    }
    expect(bytes(3).equals(bytes(3))).toBe(true)
    expect(bytes(3).equals(bytes(4))).toBe(false)
  },
)

test('who leaves the clock alone never recovers; who steps does', () => {
  expect(play({ scenario: story(), player: known('none'), seed: 1 }).score).toMatchObject({
    timeTo10ms: Number.POSITIVE_INFINITY,
    steps: 0,
    packets: 0,
  })
  const { score } = play({ scenario: story(), player: known('clockwright'), seed: 1 })
  expect(score.timeTo10ms).toBeLessThan(1100)
  expect(score.worst).toBeCloseTo(5, 1)
})

test('with patience a slow one is watched for longer', () => {
  const scenario = story({ duration: '61min', phase: 0 })
  const player = known('chrony-debian')
  expect(play({ scenario, player, seed: 1 }).score.timeTo10ms).toBe(Number.POSITIVE_INFINITY)
  const { score, run } = play({ scenario, player, seed: 1, patience: 7200 })
  expect(score.timeTo10ms).toBeLessThan(3600)
  expect(run.offsets.length).toBe(3660 + 7200 + 1)
})

test('the drift file of a story is known to whoever plays', () => {
  const quiet = { event: [], duration: '20min', phase: 0 }
  const worst = (driftfile: boolean) => {
    const scenario = story({ ...quiet, guest: { frequencyerror: 200, driftfile, wander: 0 } })
    return play({ scenario, player: known('ntpd-4.2.8'), seed: 1 }).score.max
  }
  expect(worst(true)).toBeLessThan(1e-3)
  expect(worst(false)).toBeGreaterThan(5e-3)
})

test('a curve keeps the extremes of what it leaves out', () => {
  const played = play({ scenario: story(), player: known('clockwright'), seed: 1 }, { believing: true })
  const curve = curveOf(played, { ...WHOLE, stretches: 100 })
  const { offsets, breaks } = played.run
  const read = [...offsets, ...breaks.flatMap(({ before, after }) => [before, after])].filter(Number.isFinite)
  expect(curve.at.length).toBe(100)
  expect(Math.max(...curve.most)).toBe(Math.max(...read))
  expect(Math.min(...curve.least)).toBe(Math.min(...read))
  // Where the guest did not run at all there is none.
  const [pause] = curve.marks
  const within = curveOf(played, { from: pause!.at + 1, to: pause!.until! - 1, stretches: 100 })
  expect(within.least.some(Number.isFinite)).toBe(false)
  expect(curve.bound.at(-1)).toBeGreaterThan(0)
  expect(curve.marks).toMatchObject([{ kind: 'pause' }])
})

test('played in pieces, with or without questions, a run is the same to the byte', () => {
  const job = { scenario: story(), player: known('clockwright'), seed: 3 }
  const whole = play(job)
  const playing = beginPlay(job, { believing: { from: 1000, to: 2000, stretches: 50 } })
  while (playing.played <= playing.duration) playing.advance(playing.played + 137)
  const { run, score } = playing.end()
  expect(run.offsets).toEqual(whole.run.offsets)
  expect(score).toEqual(whole.score)
  const asked = [...run.beliefs!.keys()].filter(second => !Number.isNaN(run.beliefs![second]!))
  expect([asked[0], asked.at(-1), asked.length]).toEqual([1000, 2000, 51])
})

test('what is not played yet is not in the course of it', () => {
  const playing = beginPlay({ scenario: story(), player: known('none'), seed: 1 }, { believing: WHOLE })
  playing.advance(600)
  const curve = curveOf(playing.soFar(), WHOLE)
  expect(curve.at.at(-1)).toBe(600)
  expect(curve.duration).toBe(600)
})
