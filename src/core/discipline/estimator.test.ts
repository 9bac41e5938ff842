import { expect, test } from 'vitest'
import { Random } from '#worlds/simulated/random.ts'
import { Estimator } from './estimator.ts'
import type { Sample } from './sample.ts'

const SOURCE = {}
const sample = (at: number, offset: number): Sample => ({
  at,
  offset,
  delay: 200e-6,
  dispersion: 1e-7,
  rootDelay: 0,
  rootDispersion: 0,
})

/** An estimator that has listened to a source for a while. */
function settled(): Estimator {
  const estimator = new Estimator()
  for (let i = 0; i < 40; i++) estimator.add(SOURCE, sample(16 * i, 20e-6 * 16 * i + 1e-6 * (i % 3)))
  return estimator
}

test.each([1.5, 300, 86_400, 6 * 86_400])(
  'true time may have jumped by up to %d s: the next samples say by how much, and all stays finite',
  jump => {
    const estimator = settled()
    const { rate } = estimator
    const deviation = estimator.deviation(16 * 39)
    estimator.shift(jump / 2, jump)
    for (let i = 40; i < 80; i++)
      estimator.add(SOURCE, sample(16 * i, jump + 20e-6 * 16 * i + 1e-6 * (i % 3)))
    expect(estimator.offset(16 * 79)).toBeCloseTo(jump + 20e-6 * 16 * 79, 5)
    expect(estimator.rate).toBeCloseTo(rate, 8)
    expect(estimator.mostWander).toBeGreaterThan(0)
    expect(estimator.deviation(16 * 79)).toBeLessThan(2 * deviation)
  },
)

/** Queues of 20 µs on both ways. */
function throughQueues(at: number, offset: number, random: Random): Sample {
  const up = 20e-6 * random.exponential()
  const down = 20e-6 * random.exponential()
  return { ...sample(at, offset + (up - down) / 2), delay: 200e-6 + up + down }
}

test.each([5e-6, 20e-6, 80e-6])(
  'after half a day of calm the counter runs faster by %f: learned with the fourth sample',
  turn => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = new Random(seed, 3)
      const estimator = new Estimator()
      for (let i = 0; i < 200; i++) estimator.add(SOURCE, throughQueues(256 * i, 20e-6 * 256 * i, random))
      const last = 256 * 199
      for (let i = 1; i <= 4; i++) {
        const at = last + 64 * i
        estimator.add(SOURCE, throughQueues(at, 20e-6 * at + turn * (at - last - 30), random))
      }
      expect(Math.abs(estimator.rate - 20e-6 - turn), `seed ${seed}`).toBeLessThan(turn / 5)
    }
  },
)

test('one of three begins to drift: the rate of the counter is left alone', () => {
  const [a, b, c] = [{}, {}, {}]
  const estimator = new Estimator()
  const listen = (from: number, to: number, drift: number) => {
    for (let i = from; i < to; i++) {
      const at = 16 * i
      estimator.add(a, sample(at, 20e-6 * at + 1e-6 * (i % 3)))
      estimator.add(b, sample(at + 1, 20e-6 * (at + 1) + 1e-6 * (i % 2)))
      estimator.add(c, sample(at + 2, 20e-6 * (at + 2) + drift * (at + 2 - 16 * from)))
    }
  }
  listen(0, 40, 0)
  listen(40, 60, 50e-6)
  expect(estimator.rate).toBeCloseTo(20e-6, 7)
  expect(estimator.offset(16 * 60)).toBeCloseTo(20e-6 * 16 * 60, 4)
})
