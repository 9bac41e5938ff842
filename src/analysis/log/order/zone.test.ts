import { expect, test } from 'vitest'
import type { LogEvent } from '#core/trace/series.ts'
import { zoneOf } from './zone.ts'

const step = (at: number, size: number, local = true): LogEvent => ({
  kind: 'event',
  what: 'stepped',
  daemon: 'ntpd',
  format: 'system log',
  file: 0,
  line: 1,
  at,
  local,
  size,
  source: undefined,
  text: '',
})
const correction = (at: number, size: number) => ({ at, size, by: 'step' as const, file: 0, line: 1 })

test('a log two hours east of UTC is told by the zeros of loopstats', () => {
  const events = [step(10_000 + 7200, 29.99), step(50_000 + 7200, -0.3)]
  const markers = [correction(10_030, Number.NaN), correction(49_999.7, Number.NaN)]
  expect(zoneOf(events, { sized: [], markers })).toBe(-7200)
})

test('one that is UTC stays where it is, also when steps come every hour', () => {
  const events = [0, 1, 2, 3].map(i => step(3600 * i, 0.5))
  const sized = [0, 1, 2, 3].map(i => correction(3600 * i, 0.5))
  expect(zoneOf(events, { sized, markers: [] })).toBe(0)
})

test('nothing to compare with is no zone, and stamps with a zone need none', () => {
  expect(zoneOf([step(0, 1)], { sized: [], markers: [] })).toBe(0)
  expect(zoneOf([step(7200, 1, false)], { sized: [correction(0, 1)], markers: [] })).toBe(0)
})
