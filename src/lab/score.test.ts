import { describe, expect, test } from 'vitest'
import type { Run } from './run.ts'
import { scoreRun, timeUntilBelow } from './score.ts'

const run = (offsets: readonly number[], more: Partial<Run> = {}): Run => ({
  offsets: Float64Array.from(offsets),
  beliefs: undefined,
  bounds: undefined,
  breaks: [],
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

test('who is right at the end of a long story by chance is not back', () => {
  // Wrong each sixth second, and at the end for a few seconds not.
  const offsets = Array.from({ length: 7200 }, (_, i) => (i % 6 === 0 && i < 7195 ? 0.5 : 0))
  expect(scoreRun(run(offsets), { disruptedAt: 0 }).timeTo10ms).toBe(Number.POSITIVE_INFINITY)
  const back = offsets.map((offset, i) => (i < 7000 ? offset : 0))
  expect(scoreRun(run(back), { disruptedAt: 0 }).timeTo10ms).toBe(6997)
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

describe('of several disruptions the longest recovery counts', () => {
  const wrongFor = (...lengths: readonly number[]) =>
    lengths.flatMap(length => Array.from({ length: 10 }, (_, i) => (i < length ? 1 : 0)))
  const times = (...lengths: readonly number[]) => {
    const [disruptedAt, ...disruptedAgain] = lengths.map((_, i) => 10 * i)
    return scoreRun(run(wrongFor(...lengths)), { disruptedAt: disruptedAt!, disruptedAgain }).timeTo10ms
  }
  test.each([
    { lengths: [3], longest: 3 },
    { lengths: [3, 5, 2], longest: 5 },
    { lengths: [0, 0], longest: 0 },
    { lengths: [3, 10, 2], longest: 12 },
    { lengths: [10, 0], longest: 10 },
    { lengths: [3, 10], longest: Number.POSITIVE_INFINITY },
    { lengths: [10, 10, 4, 5], longest: 24 },
  ])('wrong for $lengths s after each: $longest s', ({ lengths, longest }) => {
    expect(times(...lengths)).toBe(longest)
  })
  test('a break that the next disruption makes is its own', () => {
    const breaks = [
      { at: 10.5, before: Number.NaN, after: 2 },
      { at: 12.5, before: 2, after: 0 },
      { at: 20.5, before: Number.NaN, after: 2 },
      { at: 21.25, before: 2, after: 0 },
    ]
    const scoring = { disruptedAt: 10.5, disruptedAgain: [20.5] }
    const offsets = Array.from({ length: 30 }, (_, i) => (i === 11 || i === 12 || i === 21 ? 2 : 0))
    expect(scoreRun(run(offsets, { breaks }), scoring).timeTo10ms).toBe(2)
  })
  test('one that comes after the end is none', () => {
    expect(scoreRun(run([1, 1, 0, 0]), { disruptedAt: 0, disruptedAgain: [9] }).timeTo10ms).toBe(2)
  })
})

test('a clock that never left has nowhere to come back from; one that was set at once needed a moment', () => {
  const times = (offsets: readonly number[], more: Partial<Run> = {}) => {
    const { timeTo10ms, timeTo1ms } = scoreRun(run(offsets, more), { disruptedAt: 1.75 })
    return [timeTo10ms, timeTo1ms]
  }
  expect(times([0, 0, 0, 0])).toEqual([0, 0])
  expect(times([0, 0, 0.002, 0, 0])).toEqual([0, 1.25])
  const set = (at: number) => ({ breaks: [{ at, before: 4, after: 0.002 }] })
  expect(times([0, 0, 0, 0], set(1.9))).toEqual([expect.closeTo(0.15, 9), 0.25])
  expect(times([0, 0, 0, 0], set(1.5))).toEqual([0, 0])
})

test('what a clock shows right before and right after a break counts, between two seconds as well', () => {
  const breaks = [
    { at: 1.5, before: 0, after: -7 },
    { at: 1.6, before: -7, after: 0.3 },
    { at: 4.25, before: 0.2, after: 2e-3 },
    { at: 7.5, before: 9, after: 0 },
  ]
  const score = (offsets: readonly number[], window: readonly [number, number] = [2, 6]) =>
    scoreRun(run(offsets, { breaks }), { disruptedAt: 1.5, window })
  expect(score([0, 0, 0.3, 0.25, 0.2, 0, 0])).toMatchObject({ worst: 9, overshoot: 9, max: 0.3 })
  expect(score([0, 0, 0.3, 0.25, 0.2, 0, 0], [3, 6])).toMatchObject({ max: 0.25 })
  // It was wrong last right before it was set, and is not seen again.
  expect(score([0, 0, 0.3, 0.25, 0.2, 0, 0])).toMatchObject({ timeTo10ms: 6 })
  expect(score([0, 0, 0.3, 0.25, 0.2, 0, 0, 0, 8, 0])).toMatchObject({ timeTo10ms: 7.5 })
  // A look at a full second comes after what happened in it.
  const atOnce = { breaks: [{ at: 3, before: 1, after: 0 }] }
  expect(scoreRun(run([0, 0, 1, 0, 0], atOnce), { disruptedAt: 2 })).toMatchObject({ timeTo1ms: 1 })
  // It goes on to be wrong after it was set.
  expect(scoreRun(run([0, 0, 1, 1, 1], atOnce), { disruptedAt: 2 }).timeTo1ms).toBe(Number.POSITIVE_INFINITY)
})

describe('RMS is over time, a second in which the clock breaks piece by piece', () => {
  const rms = (offsets: readonly number[], breaks: Run['breaks'], window?: readonly [number, number]) =>
    scoreRun(run(offsets, { breaks }), { disruptedAt: 0, ...(window && { window }) }).rms
  const off = Number.NaN
  test.each([
    // Wrong by 4 for a quarter of one of five seconds: no look at a full second has seen it.
    [
      [0, 0, 0, 0, 0],
      [
        [1.5, 0, 4],
        [1.75, 4, 0],
      ],
      4 / 5,
    ],
    // Set after a quarter of a second: what was seen last is not counted for a whole one.
    [
      [0, 4, 0, 0, 0],
      [
        [1, 0, 4],
        [1.25, 4, 0],
      ],
      4 / 5,
    ],
    // The guest runs again, and is set: what it was in between counts, over the time that it ran.
    [
      [0, 0, off, 0, 0],
      [
        [2.25, off, 8],
        [2.5, 8, 0],
      ],
      (64 * 0.25) / 3.75,
    ],
  ] as const)('%j', (offsets, breaks, square) => {
    const told = breaks.map(([at, before, after]) => ({ at, before, after }))
    expect(rms(offsets, told)).toBeCloseTo(Math.sqrt(square), 12)
  })
  test('what happens before a window, or after it, is not in it', () => {
    const breaks = [
      { at: 0.5, before: 9, after: 1 },
      { at: 4.5, before: 1, after: 9 },
    ]
    expect(rms([9, 1, 1, 1, 1, 9], breaks, [1, 4])).toBe(1)
  })
})

test('overshoot is on the other side of where the disruption put the clock, however far it goes there', () => {
  const overshoot = (offsets: readonly number[], disruptedAt = 1, more: Partial<Run> = {}) =>
    scoreRun(run(offsets, more), { disruptedAt }).overshoot
  expect(overshoot([0, 3, -3.9, 0.5, 0])).toBe(3.9)
  expect(overshoot([0, -3, 3.9, -0.5, 0])).toBe(3.9)
  const resumed = { breaks: [{ at: 1.5, before: Number.NaN, after: 3 }] }
  expect(overshoot([0, 0, -3.9, 3.5, 0], 1.5, resumed)).toBe(3.9)
  expect(overshoot([0, Number.NaN, 3, -3.9, 0])).toBe(3.9)
  // It was put nowhere: the lesser side.
  expect(overshoot([0, 1e-4, -3, 2, 0])).toBe(2)
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

test('while the guest does not run there is no clock to be judged', () => {
  const off = Number.NaN
  expect(scoreRun(run([1, 1, off, off, off, 1, -0.5]), { disruptedAt: 0 })).toMatchObject({
    worst: 1,
    overshoot: 0.5,
    max: 1,
    rms: expect.closeTo(Math.sqrt(3.25 / 4), 9),
  })
  // A window that begins in the gap.
  expect(scoreRun(run([9, 9, off, off, off, 1, 1]), { disruptedAt: 0, window: [3, 6] })).toMatchObject({
    rms: 1,
    max: 1,
  })
  const below = (...offsets: readonly number[]) => timeUntilBelow(Float64Array.from(offsets), 0.5, 1)
  // Right before and after: it never left. Wrong before, right after: it came back when it ran again.
  expect(below(0, 0, off, off, 0)).toBe(0)
  expect(below(0, 1, off, off, 0)).toBe(3)
  // Nobody knows how it is while it does not run at the end; what was known last counts.
  expect(below(0, 1, 0, off)).toBe(1)
  expect(below(0, 0, 1, off)).toBe(Number.POSITIVE_INFINITY)
  expect(below(0, off, off, off)).toBe(Number.POSITIVE_INFINITY)
})

test('what a clock is taken to be in the moment of a jump is no part of what was before it', () => {
  const offsets = [1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0]
  const leap = { disruptedAt: 0, disruptedAgain: [7], blurred: [5, 8] } as const
  expect(scoreRun(run(offsets), leap).timeTo10ms).toBe(3)
})
