/** What the pace of the polls tells of some jumps is so of all that are like them. */
import { expect, test } from 'vitest'
import type { Disturbance, Moved } from './disturbance.ts'
import { movedAlike } from './who-moved.ts'

const jumps = (moved: readonly Moved[], sizeOf: (i: number) => number = () => 3): Disturbance[] =>
  moved.map((each, i) => ({
    from: 900 * i,
    to: 900 * i + 64,
    local: { from: 900 * i, to: 900 * i + 64 },
    size: sizeOf(i),
    uncertainty: 0.01,
    before: 0,
    moved: each,
    sources: [0],
    lines: [],
    restarted: false,
  }))

const ten = (...of: readonly Moved[]): Moved[] => Array.from({ length: 10 }, (_, i) => of[i] ?? 'not known')
const movedOf = (all: readonly Disturbance[]) => [...new Set(movedAlike(all).map(({ moved }) => moved))]

test('a clock that is set back by the same amount again and again was set each time', () => {
  expect(movedOf(jumps(ten('wall clock', 'wall clock', 'wall clock')))).toEqual(['wall clock'])
})

test('where it is told of few, or the other of one, or they differ, each is as it was', () => {
  for (const all of [
    jumps(ten('wall clock')),
    jumps(ten('wall clock', 'wall clock', 'wall clock', 'machine')),
    jumps(ten('wall clock', 'wall clock', 'wall clock'), i => 1 + i),
  ])
    expect(movedAlike(all)).toEqual(all)
})
