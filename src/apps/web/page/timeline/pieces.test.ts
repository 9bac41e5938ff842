import { describe, expect, test } from 'vitest'
import { gapsAfter, joinLast, nearestAt, pieces, withGaps } from './pieces.ts'

const every = (step: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => from + i * step)

describe('a clock that runs backwards', () => {
  test('opens a new piece, each of them growing', () => {
    const x = [1, 2, 3, 2.5, 3.5, 1]
    expect(pieces({ x })).toEqual([[0, 1, 2], [3, 4], [5]])
  })
  test('two readings in one instant: the later one stands', () => {
    expect(pieces({ x: [1, 2, 2, 3] })).toEqual([[0, 2, 3]])
  })
  test('nothing is nothing', () => {
    expect(pieces({ x: [] })).toEqual([])
  })
})

describe('gaps', () => {
  test('steady polls have none', () => {
    expect(gapsAfter(every(64, 20))).toEqual(new Set())
  })
  test('one lost reply is none, an outage is one', () => {
    const lost = every(64, 20).filter((_, i) => i !== 7)
    expect(gapsAfter(lost)).toEqual(new Set())
    const outage = [...every(64, 10), ...every(64, 10, 10_000)]
    expect(gapsAfter(outage)).toEqual(new Set([9]))
  })
  test('polls that slow down by doubling have none', () => {
    const x = [0]
    for (const step of [2, 2, 2, 2, 64, 64, 64, 128, 128, 256, 512, 1024, 1024]) x.push(x.at(-1)! + step)
    // Only the end of the first burst (2 s, then 64 s) might look like one, and must not.
    expect(gapsAfter(x)).toEqual(new Set())
  })
  test('where the agent was started there is one in any case', () => {
    expect(gapsAfter(every(64, 6), [100])).toEqual(new Set([1]))
  })
  test('both cuts together', () => {
    const x = [...every(64, 8), ...every(64, 8, 5000), ...every(64, 8, 4900)]
    expect(withGaps({ x }).map(run => run.length)).toEqual([8, 8, 8])
  })
  test('what is carried forward to now belongs to the last run', () => {
    expect(joinLast([[0, 1], [2, 3], [4]])).toEqual([
      [0, 1],
      [2, 3, 4],
    ])
    expect(joinLast([[0]])).toEqual([[0]])
    expect(joinLast([])).toEqual([])
  })
})

describe('the reading at the cursor', () => {
  const x = [0, 10, 20, 500, 510, 15, 25]
  const runs = [
    [0, 1, 2],
    [3, 4],
    [5, 6],
  ]
  test('is the nearest of the newest run that holds it', () => {
    expect(nearestAt({ x, runs }, 11, 1)).toBe(1)
    expect(nearestAt({ x, runs }, 16, 1)).toBe(5)
    expect(nearestAt({ x, runs }, 504, 1)).toBe(3)
  })
  test('is none in a gap', () => {
    expect(nearestAt({ x, runs }, 200, 30)).toBeUndefined()
  })
})
