/** What the pace of the polls tells of some jumps is so of all that are like them. */
import { expect, test } from 'vitest'
import { jumpOf } from '../../../../test/support/jump.ts'
import type { Disturbance, Moved } from './disturbance.ts'
import type { Jump } from './jumps.ts'
import { movedAlike, whoMoved } from './who-moved.ts'

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

test('of two in forty it is told by chance, and then of none', () => {
  const forty = Array.from({ length: 40 }, (_, i): Moved => (i % 20 === 7 ? 'wall clock' : 'not known'))
  expect(movedOf(jumps(forty))).toEqual(['not known'])
  // One of another size is of another cause.
  expect(movedOf(jumps(forty, i => (i % 20 === 7 ? 9 : 3)))).toEqual(['not known', 'wall clock'])
})

test('of four sources one keeps any pace by chance', () => {
  /** After a wait of so long by the local clock, where 64 s are usual. */
  const seen = (waited: number): Jump =>
    jumpOf({ from: 0, to: waited, before: 0, after: 2.3, spacing: 64, unsteadiness: 0.64, next: 2.3 })
  const byTrue = 64 - 2.3
  expect(whoMoved([seen(byTrue), seen(130), seen(95), seen(210)], 'ntpd')).toBe('not known')
  expect(whoMoved([seen(byTrue), seen(byTrue), seen(95), seen(210)], 'ntpd')).toBe('wall clock')
  expect(whoMoved([seen(64)], 'ntpd')).toBe('machine')
})

test('rows at round times are of a timetable, or of another machine: they do not tell that the machine stood', () => {
  const seen = (from: number, spacing: number) =>
    whoMoved(
      [jumpOf({ from, to: from + spacing, before: 0, after: 2.3, spacing, unsteadiness: 0.05, next: 2.3 })],
      'other',
    )
  for (const [from, spacing] of [
    [42_000, 60],
    [42_001, 60],
    [42_000, 300],
    [42_010, 10],
  ] as const)
    expect(seen(from, spacing)).toBe('not known')
  // A loop waits by the machine's counter, and begins when somebody started it.
  expect(seen(42_017, 60)).toBe('machine')
  expect(seen(42_000, 64)).toBe('machine')
})
