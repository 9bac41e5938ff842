/** Changes in a row, to one side: which are a rate, which are one jump, and which a jump and a rate. */
import { expect, test } from 'vitest'
import { jumpOf } from '../../../../test/support/jump.ts'
import { type Jump, joinRuns } from './jumps.ts'

const POLL = 1000

/** A jump for each change but the first and the last, which are what was before and what came next. */
function jumpsOf(offsets: readonly number[]): Jump[] {
  return offsets.slice(1, -1).map((after, i) => {
    const before = offsets[i]!
    const [from, to] = [i * POLL, (i + 1) * POLL]
    return jumpOf({
      from,
      to,
      before,
      after,
      spacing: POLL,
      unsteadiness: 1,
      line: i,
      next: offsets[i + 2]!,
      nextAt: to + POLL,
    })
  })
}

const sizes = (...offsets: number[]) => joinRuns(jumpsOf(offsets)).map(({ size }) => size)

test('a rate is no jump, however long it goes on', () => {
  expect(sizes(0, 0.1, 0.2)).toEqual([])
  expect(sizes(0, 0.1, 0.2, 0.3, 0.4)).toEqual([])
  // A clock that loses or gains 7 %.
  expect(sizes(0, 70, 140, 210)).toEqual([])
  expect(sizes(0, -70, -140, -210)).toEqual([])
})

test('two slow changes to one side are a rate that its daemon then corrected: no measurement falls into so short a pause', () => {
  expect(sizes(0, 0.1, 0.25, 0.05)).toEqual([])
  expect(sizes(0, -0.1, -0.25, -0.1)).toEqual([])
})

test('what goes on at its rate in a shorter time is a rate, too, and what stays is none', () => {
  const seen = (next: number) => {
    const [jump] = jumpsOf([0, 0.2, next]) as [Jump]
    return joinRuns([{ ...jump, change: { ...jump.change, nextAt: POLL + POLL / 4 } }])
  }
  expect(seen(0.25)).toEqual([])
  expect(seen(0.21)).toHaveLength(1)
})

test('a slow change after one of the same rate is a rate; after one of another rate, or to the other side, it is none', () => {
  const seen = (before: number) => {
    const [jump] = jumpsOf([0, 0.03, 0.028]) as [Jump]
    // The rows before came four times as often.
    return joinRuns([{ ...jump, change: { ...jump.change, spacing: POLL / 4, changeBefore: before } }])
  }
  expect(seen(0.0073)).toEqual([])
  for (const before of [0.0001, 0.0019, 0.03, -0.0073]) expect(seen(before)).toHaveLength(1)
  const [fast] = jumpsOf([0, 3, 3]) as [Jump]
  expect(joinRuns([{ ...fast, change: { ...fast.change, changeBefore: 3 } }])).toHaveLength(1)
})

test('a measurement that fell into a pause saw a part of it, and the next one the rest', () => {
  expect(sizes(0, 0.4, 3, 3)).toEqual([3])
  expect(sizes(0, 3, 3.4, 3.4)).toEqual([3.4])
})

test('so it is with rows of a filter, which come as unevenly as its samples are the best', () => {
  // The pace of the rows before was a fourth of this one.
  const seldom = jumpsOf([0, 0.107, 0.72, 0.71]).map(jump => ({
    ...jump,
    change: { ...jump.change, spacing: POLL / 4 },
  }))
  expect(joinRuns(seldom, true).map(({ size }) => size)).toEqual([0.72])
  expect(joinRuns(seldom)).toHaveLength(2)
})

test('a jump after which the clock runs away is that, without what it ran in half of the time until it was seen', () => {
  for (const offsets of [
    [0, 0.45, 0.55, 0.65],
    [0, 0.45, 0.55, 0.65, 0.75],
  ]) {
    const [size, ...others] = sizes(...offsets)
    expect(size).toBeCloseTo(0.4, 3)
    expect(others).toEqual([])
  }
})

test('where another finds the clock much later at the height of the first of two slow changes, it had jumped and stood there', () => {
  const seen = (source: number, ...rows: readonly (readonly [at: number, offset: number])[]) =>
    rows.slice(1).map(([to, after], i) => {
      const [from, before] = rows[i]!
      return jumpOf({ source, from, to, before, after, spacing: POLL, unsteadiness: 1, next: after })
    })
  const twice = seen(0, [1000, 0], [2150, 0.45], [4140, 0.9])
  const later = seen(1, [1200, 0], [3190, 0.45])
  const atOnce = seen(1, [1200, 0], [2200, 0.45])
  const heights = (...others: Jump[]) =>
    joinRuns([...twice, ...others], true)
      .filter(({ change }) => change.source === 0)
      .map(({ size }) => size)
  expect(heights(...later)).toEqual([0.45, 0.45])
  expect(heights(...atOnce)).toEqual([])
})
