import { describe, expect, test } from 'vitest'
import { daemonPlayer, type Run } from '../../run.ts'
import { rootMeanSquare, timeUntilBelow } from '../../score.ts'
import { playOn, SERVER } from '../test-world.ts'
import { likelihood, merge, progress } from './kalman.ts'
import { ntpdRs } from './ntpd-rs.ts'

const ALONE = '[synchronization]\nminimum-agreeing-sources = 1\n'
const source = (address: string) => `[[source]]\nmode = "server"\naddress = "${address}"\n`
const player = (config: string) =>
  daemonPlayer(({ random, recording }) => ntpdRs({ config, random, recording }))
const play = playOn(player(ALONE + source(SERVER)))
const ownSteps = (run: Run) => run.steps.filter(({ by }) => by === 'player')

describe('the filter', () => {
  test('two estimates that are equally good meet in the middle, and are better together', () => {
    const one = { offset: 1, frequency: 0, offsetVariance: 2, covariance: 0, frequencyVariance: 2 }
    const both = merge(one, { ...one, offset: 3, frequency: 1 })
    expect(both).toEqual({
      offset: 2,
      frequency: 0.5,
      offsetVariance: 1,
      covariance: 0,
      frequencyVariance: 1,
    })
  })

  test('what is not known of the frequency becomes what is not known of the offset', () => {
    const state = { offset: 0, frequency: 1e-6, offsetVariance: 0, covariance: 0, frequencyVariance: 1e-12 }
    const later = progress(state, 100, 0)
    expect(later.offset).toBeCloseTo(1e-4, 12)
    expect(Math.sqrt(later.offsetVariance)).toBeCloseTo(1e-4, 12)
  })

  test('likelihoods of one and two deviations', () => {
    expect(likelihood(1)).toBeCloseTo(0.3173, 4)
    expect(likelihood(4)).toBeCloseTo(0.0455, 4)
  })
})

test('one source is none, unless it is said that it is enough', () => {
  const run = playOn(player(source(SERVER)))({ clock: { offset: -3 } }, 3600)
  expect(ownSteps(run)).toEqual([])
  expect(run.offsets.at(-1)).toBeCloseTo(3, 0)
  expect(Math.abs(play({ clock: { offset: -3 } }, 3600).offsets.at(-1)!)).toBeLessThan(1e-3)
})

test('more than 10 ms is stepped at once, and a quiet clock stays within some microseconds', () => {
  const run = play({ clock: { offset: -0.3 } }, 86_400)
  expect(ownSteps(run)[0]!.at).toBeLessThan(2)
  expect(rootMeanSquare(run, 3600, 86_400)).toBeLessThan(50e-6)
})

test('a pause of 30 s is stepped away by halves, because each answer counts for about half', () => {
  const run = play({ pauses: [{ at: 20_000, length: 30 }] }, 30_000)
  const sizes = ownSteps(run)
    .filter(({ at }) => at > 20_000)
    .map(({ size }) => size)
  expect(sizes[0]).toBeGreaterThan(5)
  expect(sizes[0]).toBeLessThan(25)
  expect(sizes.length).toBeGreaterThan(4)
  expect(timeUntilBelow(run.offsets, 10e-3, 20_030)).toBeLessThan(2000)
  expect(run.exit).toBeUndefined()
})

test('a pause of two hours ends it, and the clock stays wrong', () => {
  const run = play({ pauses: [{ at: 20_000, length: 7200 }] }, 40_000)
  expect(run.exit?.why).toBe('panic')
  expect(run.offsets.at(-1)).toBeCloseTo(7200, 0)
})

test('at the start forward is free, and back a day', () => {
  expect(play({ clock: { offset: -1e6 } }, 60).exit).toBeUndefined()
  expect(play({ clock: { offset: 90_000 } }, 60).exit?.why).toBe('panic')
})

test('one liar among four is outvoted', () => {
  const config = [1, 2, 3, 4].map(i => source(`192.0.2.${i}`)).join('')
  const servers = [0, 0.05, 0, 0].map((offset, i) => ({
    address: `192.0.2.${i + 1}`,
    link: { up: { base: 1e-3 }, down: { base: 1e-3 } },
    offset,
  }))
  const run = playOn(player(config))({ servers, clock: { offset: -1 } }, 20_000)
  expect(Math.abs(run.offsets.at(-1)!)).toBeLessThan(2e-3)
})
