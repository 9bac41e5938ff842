import { expect, test } from 'vitest'
import { ProvenRate } from './proven-rate.ts'

const RATE = 20e-6
/** Every minute, with 3 ms more in every other one. */
const minutes = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({
    at: (from + i) * 60,
    offset: RATE * (from + i) * 60 + (i % 2) * 3e-3,
  }))

test('before an hour has passed it is what was found', () => {
  const proven = new ProvenRate(5e-6)
  for (const point of minutes(0, 60)) proven.learn(point)
  expect(proven.rate).toBe(5e-6)
})

test('after an hour it is what that shows, to within the error over the hour', () => {
  const proven = new ProvenRate(5e-6)
  for (const point of minutes(0, 62)) proven.learn(point)
  expect(Math.abs(proven.rate - RATE)).toBeLessThan(1e-6)
})

test('an hour in which true time moved proves nothing', () => {
  const proven = new ProvenRate(5e-6)
  for (const point of minutes(0, 50)) proven.learn(point)
  proven.interrupt()
  for (const { at, offset } of minutes(50, 100)) proven.learn({ at, offset: offset + 30 })
  expect(proven.rate).toBe(5e-6)
})
