import { expect, test } from 'vitest'
import { calendar } from './calendar.ts'

const DAY = 86_400
const at = (text: string) => Date.parse(text) / 1000
const texts = (from: string, to: string) => calendar(at(from), at(to)).ticks.map(({ text }) => text)

test('within a day, hours; the day stands where it begins', () =>
  expect(texts('2026-12-07T20:00:00Z', '2026-12-08T04:00:00Z')).toEqual([
    '7 Dec 20:00',
    '21:00',
    '22:00',
    '23:00',
    '8 Dec 00:00',
    '01:00',
    '02:00',
    '03:00',
    '04:00',
  ]))

test('over weeks, days', () =>
  expect(texts('2026-12-28T12:00:00Z', '2027-01-03T00:00:00Z')).toEqual([
    '29 Dec',
    '30 Dec',
    '31 Dec',
    '1 Jan',
    '2 Jan',
    '3 Jan',
  ]))

test('over a year, months with their year', () =>
  expect(texts('2026-11-15T00:00:00Z', '2027-11-15T00:00:00Z')).toEqual([
    'Jan 2027',
    'Mar 2027',
    'May 2027',
    'Jul 2027',
    'Sep 2027',
    'Nov 2027',
  ]))

test('ticks lie where they say, and never too many', () => {
  for (let width = 10; width < 3000 * DAY; width *= 1.7) {
    const scale = calendar(1_795_000_003, 1_795_000_003 + width)
    expect(scale.ticks.length).toBeLessThanOrEqual(11)
    for (const { value } of scale.ticks) expect(scale.at(value)).toBeGreaterThanOrEqual(0)
  }
})
