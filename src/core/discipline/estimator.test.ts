import { expect, test } from 'vitest'
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
