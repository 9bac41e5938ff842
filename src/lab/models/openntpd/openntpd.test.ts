import { expect, test } from 'vitest'
import { daemonPlayer, type Run } from '../../run.ts'
import { rootMeanSquare, timeUntilBelow } from '../../score.ts'
import { playOn, SERVER } from '../test-world.ts'
import { openNtpd } from './openntpd.ts'

const player = (config: string) =>
  daemonPlayer(({ random, recording }) => openNtpd({ config, random, recording }))
const GOOD = { address: SERVER, link: { up: { base: 100e-6 }, down: { base: 100e-6 } } }
const CONSTRAINT = 'constraint from "9.9.9.9"'
const play = playOn(player(`server ${SERVER}\n${CONSTRAINT}`))
const ownSteps = (run: Run) => run.steps.filter(({ by }) => by === 'player')

test('it sets a clock that is a minute behind, once, after four replies a second apart', () => {
  const run = play({ clock: { offset: -3600 } }, 600)
  const [step, ...more] = ownSteps(run)
  expect(step!.size).toBeCloseTo(3600, 2)
  expect(step!.at).toBeLessThan(5)
  expect(more).toEqual([])
})

test.each([
  ['less than a minute', -59, CONSTRAINT],
  ['ahead', 3600, CONSTRAINT],
  ['a minute, and nobody vouches for the server', -3600, ''],
])('a clock that is behind by %s is not set', (_, offset, constraint) => {
  const run = playOn(player(`server ${SERVER}\n${constraint}`))({ clock: { offset } }, 600)
  expect(ownSteps(run)).toEqual([])
})

test('a server that is trusted needs no constraint', () => {
  const run = playOn(player(`server ${SERVER} trusted`))({ clock: { offset: -3600 } }, 600)
  expect(ownSteps(run)).toHaveLength(1)
})

test('after a pause of 30 s the clock comes back at 500 ppm: 16.7 h', () => {
  const run = play({ pauses: [{ at: 40_000, length: 30 }] }, 140_000)
  expect(ownSteps(run)).toEqual([])
  const back = timeUntilBelow(run.offsets, 10e-3, 40_030)
  expect(back / 3600).toBeGreaterThan(15.5)
  expect(back / 3600).toBeLessThan(18)
})

test('it learns the frequency and keeps a quiet clock within a millisecond', () => {
  const run = play({ clock: { offset: -0.05 } }, 86_400)
  expect(rootMeanSquare(run, 43_200, 86_400)).toBeLessThan(1e-3)
  expect(run.packetsSent).toBeLessThan(2900)
})

test('one liar among three is outvoted by the median', () => {
  const world = {
    servers: [0, 0.5, 0].map((offset, i) => ({
      address: `192.0.2.${i + 1}`,
      link: { up: { base: 1e-3 }, down: { base: 1e-3 } },
      offset,
    })),
  }
  const run = playOn(player('server 192.0.2.1\nserver 192.0.2.2\nserver 192.0.2.3'))(world, 43_200)
  expect(Math.abs(run.offsets.at(-1)!)).toBeLessThan(5e-3)
})

test.each([
  [
    'processors whose clocks are 2 ms apart',
    { cpus: [{}, { ahead: -2e-3 }] },
    /negative delay -0\.00[12]\d{3}s/,
  ],
  [
    'a server that knows no time',
    { servers: [{ ...GOOD, leap: 'unknown' as const }] },
    /not synced \(alarm\)/,
  ],
])('%s: it throws the answer away, says so, and asks again in 50 to 55 minutes', (_, world, why) => {
  const run = play(world, 43_200)
  const said = run.records.flatMap(record =>
    record.kind === 'notice' && record.name === 'useless-reply' ? [record] : [],
  )
  expect(said.length).toBeGreaterThan(5)
  for (const { text } of said) {
    expect(text).toMatch(why)
    const [, wait] = /next query (\d+)s$/.exec(text)!
    expect(Number(wait)).toBeGreaterThanOrEqual(3000)
    expect(Number(wait)).toBeLessThan(3300)
  }
})
