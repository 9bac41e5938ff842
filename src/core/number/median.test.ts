import { expect, it } from 'vitest'
import { upperMedian } from './median.ts'

it('the median is a value that was there, of two the larger, and of none not a number', () => {
  expect(upperMedian([3, 1, 2])).toBe(2)
  expect(upperMedian([10, 9, 100, -5])).toBe(10)
  expect(upperMedian([])).toBeNaN()
})
