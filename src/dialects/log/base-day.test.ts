import { expect, test } from 'vitest'
import { baseDayOf } from './base-day.ts'

test('the day of the first log; of none, and of stamps since the boot, however long ago it was, the first day of all', () => {
  expect(baseDayOf([1_806_537_600 + 5, 1_806_537_600 - 90])).toBe(20_908)
  expect(baseDayOf([])).toBe(0)
  expect(baseDayOf([90_001.654])).toBe(0)
  expect(baseDayOf([585_081.654, 1_806_537_600])).toBe(0)
})
