import { describe, expect, test } from 'vitest'
import { offsetTicks, rateTicks, timeTicks, toleranceText } from './axes.ts'
import { boundOf } from './band.ts'
import { columnsOf, lineOf } from './lines.ts'
import { emptyTrack, type Track } from './pieces.ts'
import { autoRange, closeRange } from './ranges.ts'

const look = {
  source: 'a',
  label: 'a',
  colour: '--s1',
  width: 1,
  dash: undefined,
  background: true,
  scattered: false,
}

describe('columns', () => {
  const of = (x: number[], last: number[], more: Partial<Track> = {}): Track => ({
    x,
    first: x,
    count: x.map(() => 1),
    last,
    min: last,
    max: last,
    ...more,
  })
  test('time grows, whatever the clock did, and each piece is a line of its own', () => {
    const track = of([1, 2, 3, 2], [10, 20, 30, 40])
    const { data, roles } = columnsOf([lineOf({ ...look, track, bound: undefined }, {})])
    expect(data[0]).toEqual([1, 2, 3])
    expect(roles.map(({ part }) => part)).toEqual(['line', 'line'])
    expect([...data[1]!]).toEqual([10, 20, 30])
    expect([...data[2]!]).toEqual([undefined, 40, undefined])
  })
  test('a band stands around the extremes of each bucket', () => {
    const wide = of([1, 2], [10, 20], { min: [9, 19], max: [12, 22], count: [5, 5] })
    const bound = boundOf(of([1, 2], [1, 1], { max: [2, 3] }), emptyTrack(), false)
    const { data, roles } = columnsOf([lineOf({ ...look, track: wide, bound }, {})])
    expect(roles.map(({ part }) => part)).toEqual(['line', 'high', 'low'])
    expect(data.slice(2).map(column => [...column])).toEqual([
      [14, 25],
      [7, 16],
    ])
  })
  test('the teeth of a band do not break the line', () => {
    const bound = boundOf(of([0, 100], [1, 1]), of([0, 100], [0.5, 0.5]), false)
    const { data } = columnsOf([lineOf({ ...look, track: of([0, 100], [10, 20]), bound }, {})])
    expect(data.map(column => [...column!])).toEqual([
      [0, 99.9, 100],
      [10, undefined, 20],
      [11, 20 + 1 + 50, 21],
      [9, 20 - 1 - 50, 19],
    ])
  })
  test('no lines, no columns', () => {
    expect(columnsOf([])).toEqual({ data: [[]], roles: [] })
  })
})

describe('ranges', () => {
  test('hold the bulk and zero, and not one wild reading among many', () => {
    const [bottom, top] = autoRange([...Array.from({ length: 99 }, (_, i) => 1e-3 + i * 1e-6), 57])
    expect(bottom).toBeLessThan(0.0001)
    expect(top).toBeGreaterThan(1.09e-3)
    expect(top).toBeLessThan(2e-3)
  })
  test('are sane without readings', () => {
    expect(autoRange([])[0]).toBeLessThan(0)
    expect(closeRange([], 1e-7)[1]).toBeCloseTo(1.2e-6)
  })
})

describe('ticks', () => {
  test('offsets have one unit and no sign: the plot says which side is which', () => {
    expect(offsetTicks([-2e-4, 0, 2e-4, 1e-3])).toEqual(['0.2 ms', '0', '0.2 ms', '1 ms'])
    expect(offsetTicks([-60, 0])).toEqual(['60 s', '0'])
  })
  test('rates have one', () => {
    expect(rateTicks([-1.135e-5, 0, 2e-6])).toEqual(['−11.35 ppm', '0 ppm', '+2 ppm'])
  })
  test('days stand where they change', () => {
    const midnight = Date.UTC(2026, 10, 21) / 1000
    expect(timeTicks([midnight - 1800, midnight, midnight + 1800], 1800)).toEqual([
      '23:30\n20 Nov',
      '00:00\n21 Nov',
      '00:30',
    ])
    expect(timeTicks([Number.NaN, 1e18], 60)).toEqual(['', ''])
  })
  test('tolerances are round', () => {
    expect([1e-4, 1e-3, 1e-2].map(toleranceText)).toEqual(['100 µs', '1 ms', '10 ms'])
  })
})
