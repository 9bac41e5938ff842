import { describe, expect, test } from 'vitest'
import type { Exchange } from './moments.ts'
import { longestStretch, sayLeftOut } from './stretches.ts'

const DAY = 86_400
/** One an hour, from a day on. */
const hourly = (day: number, count: number): Exchange[] =>
  Array.from({ length: count }, (_, i) => {
    const clock = day * DAY + 3600 * i
    return { clock, source: 0, offset: 0, delay: 0, daemon: 'ntpd' }
  })

describe('of lives with months between them the longest is played', () => {
  const all = [...hourly(0, 10), ...hourly(190, 20), ...hourly(300, 12)]
  test('and what is left out is said', () => {
    const stretch = longestStretch(all, [])
    expect(stretch).toMatchObject({ from: 190 * DAY, to: 190 * DAY + 19 * 3600 })
    expect(stretch.leftOut).toMatchObject({ stretches: 2, exchanges: 22 })
    expect(sayLeftOut(stretch, 20_000)).toEqual([
      expect.stringMatching(
        /of 3 stretches the longest is played, 20 exchanges from 2025-04-12 .* 22 are left/,
      ),
    ])
  })
  test('but not where something else shows that the daemon ran on', () => {
    const daily = Array.from({ length: 600 }, (_, i) => (i * DAY) / 2)
    expect(longestStretch(all, daily).leftOut.stretches).toBe(0)
  })
})

test('a guest that stood for days was not silent, nor one without a sign for less than a day', () => {
  const stood = hourly(3, 10).map((each, i) =>
    i === 0 ? { ...each, clock: 10 * 3600, offset: 3 * DAY } : each,
  )
  const stretch = longestStretch([...hourly(0, 10), ...stood], [])
  expect(stretch.leftOut.stretches).toBe(0)
  expect(sayLeftOut(stretch, 0)).toEqual([])
  expect(longestStretch([...hourly(0, 2), ...hourly(1, 2)], []).leftOut.stretches).toBe(0)
})
