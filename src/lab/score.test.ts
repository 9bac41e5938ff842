import { expect, test } from 'vitest'
import type { Run } from './run.ts'
import { median, quantile, scoreRun, timeUntilBelow } from './score.ts'

const run = (offsets: readonly number[], more: Partial<Run> = {}): Run => ({
  offsets: Float64Array.from(offsets),
  beliefs: undefined,
  bounds: undefined,
  steps: [],
  exit: undefined,
  records: [],
  packetsSent: 0,
  ...more,
})

test('for good: a last excursion counts, and a run that ends outside never got there', () => {
  expect(timeUntilBelow(Float64Array.of(1, 0, 1, 0, 0), 0.5)).toBe(3)
  expect(timeUntilBelow(Float64Array.of(1, 0, 1, 0, 0), 0.5, 3)).toBe(0)
  expect(timeUntilBelow(Float64Array.of(0, 0, 1), 0.5)).toBe(Number.POSITIVE_INFINITY)
})

test('a score counts from the disruption, and only what the player did', () => {
  const score = scoreRun(
    run([9, 0, 2, 0.5, -0.3, -0.005, 0, 0], {
      steps: [
        { at: 0, size: 1, by: 'player' },
        { at: 2, size: -2, by: 'world' },
        { at: 3, size: 1.5, by: 'player' },
        { at: 4, size: -0.2, by: 'player' },
      ],
      exit: { at: 7, why: 'enough' },
      packetsSent: 12,
    }),
    { disruptedAt: 2, window: [6, 7] },
  )
  expect(score).toEqual({
    timeTo10ms: 3,
    timeTo1ms: 4,
    worst: 2,
    overshoot: 0.3,
    rms: 0,
    max: 0,
    steps: 2,
    backwardSteps: 1,
    exited: true,
    packets: 12,
  })
})

test('a clock that never left has nowhere to come back from; one that was set at once needed a moment', () => {
  const times = (offsets: readonly number[], more: Partial<Run> = {}) => {
    const { timeTo10ms, timeTo1ms } = scoreRun(run(offsets, more), { disruptedAt: 1.75 })
    return [timeTo10ms, timeTo1ms]
  }
  expect(times([0, 0, 0, 0])).toEqual([0, 0])
  expect(times([0, 0, 0.002, 0, 0])).toEqual([0, 1.25])
  expect(times([0, 0, 0, 0], { steps: [{ at: 1.9, size: 4, by: 'player' }] })).toEqual([0.25, 0.25])
  expect(times([0, 0, 0, 0], { steps: [{ at: 1.5, size: 4, by: 'player' }] })).toEqual([0, 0])
})

test('where true time jumps, a clock may do so a breath sooner or later', () => {
  const scoring = { disruptedAt: 4, window: [0, 7], blurred: [2, 5] } as const
  const steps = (at: number) => ({ steps: [{ at, size: -1, by: 'player' as const }] })
  const right = {
    worst: 0.1,
    rms: expect.closeTo(0.1, 9),
    steps: 1,
    backwardSteps: 1,
    timeTo1ms: Number.POSITIVE_INFINITY,
  }
  const a = 0.1
  expect(scoreRun(run([a, a, a, a, a, a, a, a], steps(3.9)), scoring)).toMatchObject(right)
  expect(scoreRun(run([a, a, a, a, -1 + a, a, a, a], steps(4.2)), scoring)).toMatchObject(right)
  // Who does nothing is wrong by it from then on, and an earlier step was for something else.
  const not = run([0, 0, 0, 0, -1, -1, -1, -1], steps(1))
  expect(scoreRun(not, scoring)).toMatchObject({ worst: -1, steps: 0 })
})

test('of a life that was thrown away nothing counts', () => {
  const offsets = [1, 1, 80, 80, 80, 1, 1]
  const gap = { from: 1, to: 4.5 }
  const all = scoreRun(run(offsets), { disruptedAt: 0, gaps: [gap] })
  expect(all).toMatchObject({ worst: 1, rms: 1, max: 1 })
  expect(scoreRun(run(offsets), { disruptedAt: 0 })).toMatchObject({ worst: 80, max: 80 })
  // A window that begins within the gap, and two gaps.
  expect(scoreRun(run(offsets), { disruptedAt: 0, window: [3, 6], gaps: [gap] })).toMatchObject({
    rms: 1,
    max: 1,
  })
  const [first, second] = [
    { from: 1, to: 2.5 },
    { from: 3, to: 5 },
  ]
  expect(scoreRun(run([1, 1, 80, 3, 80, 1, 1]), { disruptedAt: 0, gaps: [first, second] })).toMatchObject({
    worst: 3,
    max: 3,
  })
})

test('quantiles, with those that never got there at the end', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(quantile([1, 2, Number.POSITIVE_INFINITY], 0.9)).toBe(Number.POSITIVE_INFINITY)
  expect(median([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY)
})
