import { expect, test } from 'vitest'
import { median, quantile, upperMedian } from './quantile.ts'

test('between two it interpolates', () => {
  expect(quantile([4, 1, 3, 2], 0.9)).toBeCloseTo(3.7)
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

test('those that never got there are at the end', () => {
  const never = Number.POSITIVE_INFINITY
  expect(quantile([1, 2, never], 0.9)).toBe(never)
  expect(median([1, never])).toBe(never)
  expect(median([never, never])).toBe(never)
})

test('the upper median is a value that was there, of two the larger', () => {
  expect(upperMedian([3, 1, 2])).toBe(2)
  expect(upperMedian([10, 9, 100, -5])).toBe(10)
})

test('of none there is none', () => {
  expect(median([])).toBeNaN()
  expect(upperMedian([])).toBeNaN()
})
