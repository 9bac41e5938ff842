import { expect, test } from 'vitest'
import type { Disturbance } from '../disturbances/disturbance.ts'
import type { Bucket } from '../statistics/envelope.ts'
import { heldBy, ranAtStart, ranByFrequency } from './wrong-frequency.ts'

/** ntpd corrects by 5 ppm, and for ten minutes by 300: an update in each minute. */
const frequencies: Bucket[] = Array.from({ length: 100 }, (_, i) => {
  const value = i >= 50 && i < 60 ? 300e-6 : 5e-6
  return { from: 60 * i, to: 60 * i + 60, first: value, last: value, min: value, max: value }
})

const jump = (size: number, from: number, to: number): Disturbance => ({
  from,
  to,
  local: { from, to },
  size,
  uncertainty: 1e-3,
  before: 0,
  moved: 'not known',
  sources: [0],
  lines: [],
  restarted: false,
})

test('a clock that is driven by a frequency that is not its own gains by that', () => {
  expect(ranByFrequency(jump(-0.07, 3100, 3340), heldBy(frequencies))).toBe(true)
  expect(ranByFrequency(jump(-0.07, 3100, 3340), heldBy([]))).toBe(false)
})

test('more than that, to the other side, or at another time it does not do', () => {
  expect(ranByFrequency(jump(-0.2, 3100, 3340), heldBy(frequencies))).toBe(false)
  expect(ranByFrequency(jump(0.07, 3100, 3340), heldBy(frequencies))).toBe(false)
  expect(ranByFrequency(jump(-0.07, 100, 340), heldBy(frequencies))).toBe(false)
})

test('a clock whose rate is beyond what ntpd corrects runs by the rest, and by as much as ntpd set it', () => {
  const held = {
    frequencies: frequencies.map(each => ({ ...each, min: -500e-6, max: -500e-6 })),
    needed: -800e-6,
  }
  expect(ranByFrequency(jump(-0.07, 3100, 3340), held)).toBe(true)
  expect(ranByFrequency(jump(-0.2, 3100, 3340), held)).toBe(false)
  expect(ranByFrequency(jump(-0.2, 3100, 3340), held, 0.15)).toBe(true)
  expect(ranByFrequency(jump(0.14, 3100, 3340), held, 0.15)).toBe(true)
  expect(ranByFrequency(jump(0.3, 3100, 3340), held, 0.15)).toBe(false)
})

test('what chronyd learned in its first seconds it corrects by until the next poll; later that is something else', () => {
  const learned = frequencies.map((each, i) => (i === 0 ? { ...each, max: 130e-6, min: 130e-6 } : each))
  expect(ranAtStart(jump(-0.1, 10, 1030), learned)).toBe(true)
  expect(ranAtStart(jump(-0.3, 10, 1030), learned)).toBe(false)
  expect(ranAtStart(jump(-0.07, 3700, 3940), frequencies)).toBe(false)
})
