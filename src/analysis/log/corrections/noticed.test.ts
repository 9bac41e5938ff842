import { expect, test } from 'vitest'
import { isBetweenPolls } from './noticed.ts'

test('a poll comes when it is due, one of half the interval too, and none after some that were not answered', () => {
  for (const waited of [64, 65, 129, 32, 193]) expect(isBetweenPolls(waited, 65)).toBe(false)
  for (const waited of [40, 55, 85, 110]) expect(isBetweenPolls(waited, 65)).toBe(true)
})

test('while chronyd slews at 1/12 its polls come sooner or later by that, and it noticed nothing', () => {
  for (const before of [59, 60]) {
    for (const waited of [59, 60, 119]) expect(isBetweenPolls(waited, before)).toBe(false)
    for (const waited of [45, 75]) expect(isBetweenPolls(waited, before)).toBe(true)
  }
  for (const [waited, before] of [
    [119, 120],
    [241, 119],
    [70, 71],
    [955, 948],
  ] as const)
    expect(isBetweenPolls(waited, before)).toBe(false)
})
