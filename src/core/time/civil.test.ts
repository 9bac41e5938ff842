import { describe, expect, test } from 'vitest'
import { civil, dayNumber, endOfMonth } from './civil.ts'
import { rfc3339 } from './format.ts'
import { instant } from './instant.ts'

const at = (text: string) => instant(BigInt(Date.parse(text)) * 1_000_000n)

describe('the end of a month', () => {
  test.each([
    ['2016-12-31T23:59:59Z', '2017-01-01T00:00:00Z'],
    ['2017-01-01T00:00:00Z', '2017-02-01T00:00:00Z'],
    ['2024-02-01T12:00:00Z', '2024-03-01T00:00:00Z'],
    ['2023-02-28T23:59:59Z', '2023-03-01T00:00:00Z'],
    ['2012-06-30T00:00:00Z', '2012-07-01T00:00:00Z'],
    ['1969-12-31T23:59:59Z', '1970-01-01T00:00:00Z'],
  ])('%s ends at %s', (now, end) => expect(rfc3339(endOfMonth(at(now)), 0)).toBe(end))
})

test("a date and its number are each other's inverse", () => {
  for (let day = -200_000; day < 200_000; day += 97) {
    const { year, month, day: ofMonth } = civil(day)
    expect(dayNumber(year, month, ofMonth)).toBe(day)
  }
})
