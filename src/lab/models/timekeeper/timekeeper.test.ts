import { expect, test } from 'vitest'
import { daemonPlayer } from '../../run.ts'
import { timeUntilBelow } from '../../score.ts'
import { playOn, SERVER } from '../test-world.ts'
import { Timekeeper } from './timekeeper.ts'

const play = playOn(
  daemonPlayer(({ random, recording }) => new Timekeeper({ server: SERVER, random, recording })),
)

test('from 250 ms ahead below a millisecond in some minutes, and then within 100 µs', () => {
  const run = play({ clock: { offset: 0.25 } }, 20_000)
  expect(run.steps).toEqual([])
  expect(timeUntilBelow(run.offsets, 1e-3)).toBeLessThan(900)
  expect(Math.max(...run.offsets.subarray(3600).map(Math.abs))).toBeLessThan(100e-6)
})

test('a clock that is far off is set once, at the start; a pause is slewed away', () => {
  const run = play({ clock: { offset: -100 }, pauses: [{ at: 10_000, length: 3 }] }, 20_000)
  expect(run.steps).toHaveLength(1)
  const back = timeUntilBelow(run.offsets, 10e-3, 10_003)
  expect(back).toBeGreaterThan(1000)
  expect(back).toBeLessThan(2500)
})
