import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { expect, test } from 'vitest'
import { isPaced } from './pace.ts'

const random = xoroshiro128plus(7)
const chance = () => ((random.next() >>> 0) + 1) / 2 ** 32

test('a poll that is chosen anew from time to time is a pace, also where an answer is missing', () => {
  const polls = [2, 2, 2, 64, 65, 64, 65, 130, 129, 258, 259, 516, 1033, 1032, 1044, 2066, 1033, 1032]
  expect(isPaced(polls)).toBe(true)
  expect(isPaced([Number.NaN, ...polls])).toBe(true)
  expect(isPaced(polls.slice(0, 6))).toBe(false)
})

test('so is any number of polls up to eight, of which ntpd chose one', () => {
  const silences = Array.from({ length: 100 }, () => 64 * Math.ceil(8 * chance()))
  expect(isPaced(silences)).toBe(true)
})

test('and most of two or three, with some of eight, after a quick start', () => {
  const silences = Array.from({ length: 72 }, (_, i) => 256 * [1, 2, 8, 1, 2, 1, 8, 2][i % 8]!)
  expect(isPaced([2, 2, 2, ...silences])).toBe(true)
})

test('what comes by chance is none, however often', () => {
  const silence = () => -1000 * Math.log(chance())
  for (const [length, most] of [
    [9, 30],
    [40, 5],
    [200, 0],
  ] as const) {
    const paced = Array.from({ length: 1000 }, () => isPaced(Array.from({ length }, silence)))
    expect(paced.filter(Boolean).length).toBeLessThanOrEqual(most)
  }
})
