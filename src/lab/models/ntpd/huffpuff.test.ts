import { expect, test } from 'vitest'
import { HuffPuff } from './huffpuff.ts'

test('half of what a round trip is longer than the shortest is taken off the offset', () => {
  const filter = new HuffPuff(7200)
  expect(filter.correct(0.001, 0.01)).toBe(0.001)
  expect(filter.correct(0.05, 0.03)).toBeCloseTo(0.04, 12)
  expect(filter.correct(-0.05, 0.03)).toBeCloseTo(-0.04, 12)
})

test('the shortest is forgotten with its bucket', () => {
  const filter = new HuffPuff(1800)
  filter.correct(0, 0.01)
  filter.pass(2000)
  expect(filter.correct(0.05, 0.03)).toBe(0.05)
})
