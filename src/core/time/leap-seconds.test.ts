import { expect, test } from 'vitest'
import { dayNumber, instantAt } from './civil.ts'
import { wasLeapSecondAt } from './leap-seconds.ts'

const first = (year: number, month: number) => wasLeapSecondAt(instantAt(0, dayNumber(year, month, 1)))

test('the list has 27 leap seconds, the last before 2017, and says when it does not know', () => {
  const years = Array.from({ length: 54 }, (_, i) => 1972 + i)
  expect(years.flatMap(year => [1, 7].filter(month => first(year, month)))).toHaveLength(27)
  expect(first(2017, 1)).toBe(true)
  expect(first(2026, 1)).toBe(false)
  expect(first(2026, 7)).toBe(false)
  expect(first(2016, 12)).toBe(false)
  expect(first(2027, 1)).toBeUndefined()
})
