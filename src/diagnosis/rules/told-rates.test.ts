/** A rate and pauses that come again and again look alike in messages: what a daemon would have let go so far tells them apart. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const names = (...lines: readonly string[]) => [
  ...new Set(explain(...lines).findings.map(({ name }) => name)),
]

const at = (seconds: number) =>
  new Date(Date.UTC(2027, 2, 1) + Math.round(seconds) * 1e3).toISOString().slice(0, 19)
const DAY = 86_400

/** Of those days: an offset near zero each quarter of an hour. */
const LOOPSTATS = Array.from({ length: 6 * 96 }, (_, i) => {
  const [day, second] = [Math.floor(i / 96), (i % 96) * 900]
  return `${61465 + day} ${second}.012 ${(1e-4 * Math.sin(i)).toFixed(9)} 12.400 0.000100000 0.001000 10`
})

describe('a clock found late by seconds each night', () => {
  const sizes = [2.766115, 4.698271, 2.598327, 5.168342, 3.631108, 4.537294]

  test('was paused: chronyd makes up for any rate that lasts', () => {
    const lines = sizes.flatMap((size, i) => [
      `${at(i * DAY + 7300)} vm chronyd[799]: System clock wrong by ${size.toFixed(6)} seconds`,
      `${at(i * DAY + 7300 + size)} vm chronyd[799]: System clock was stepped by ${size.toFixed(6)} seconds`,
    ])
    const { findings } = explain(`${at(0)} vm chronyd[799]: Selected source 192.0.2.1`, ...lines)
    expect(findings.map(({ name }) => name)).toEqual(sizes.map(() => 'vm-paused'))
    expect(findings.map(({ measures }) => measures.size)).toEqual(sizes)
  })

  test('was paused: ntpd would have stepped a rate away at a quarter of a second', () => {
    const lines = sizes.map((size, i) => `${at(i * DAY + 8900)} vm ntpd[7]: time reset +${size.toFixed(6)} s`)
    expect(names(...lines)).toEqual(['vm-paused'])
    expect(names(...LOOPSTATS, ...lines)).toEqual(['vm-paused'])
  })

  test('was stepped all the same by less than tells a pause', () => {
    const lines = sizes.map((_, i) => `${at(i * DAY + 8900)} vm ntpd[7]: time reset +0.451200 s`)
    expect(names(...lines)).toEqual(['stepped-by-its-daemon'])
    expect(names(...LOOPSTATS, ...lines)).toEqual(['stepped-by-its-daemon'])
  })
})

test('a clock found late by seconds each hour on the hour was paused: chronyd sets what a rate does right at a pace of its own', () => {
  const lines = Array.from({ length: 24 }, (_, hour) => {
    const size = 4.2 + (hour % 5) * 0.31
    return [
      `${at(hour * 3600 + 131)} vm chronyd[700]: System clock wrong by ${size.toFixed(6)} seconds`,
      `${at(hour * 3600 + 135)} vm chronyd[700]: System clock was stepped by ${size.toFixed(6)} seconds`,
    ]
  })
  expect(names(...lines.flat())).toEqual(['vm-paused'])
})

test('a clock that ntpd sets as often as 1500 ppm beyond its limit take it past the threshold is no paused one', () => {
  // 128 ms after 85 s, and so far in the quarter of an hour that ntpd waits, and in a poll.
  const lines = Array.from(
    { length: 12 },
    (_, i) => `${at(i * 1100)} vm ntpd[7]: time reset +${(1.65 + 0.01 * (i % 3)).toFixed(6)} s`,
  )
  expect(names(...lines)).toEqual(['frequency-far-off'])
})

test('steps each hour beside loopstats of a correction that is far from its limit are of no rate, and are told', () => {
  const lines = Array.from(
    { length: 42 },
    (_, i) =>
      `${at(i * 3600 + 1200 + 60 * ((i * 7) % 13))} vm ntpd[7]: time reset +${(0.6 + 0.01 * (i % 5)).toFixed(6)} s`,
  )
  expect(names(...LOOPSTATS, ...lines)).toEqual(['stepped-by-its-daemon'])
})
