import fc from 'fast-check'
import { expect, test } from 'vitest'
import { momentsOf, secondsOf, WHOLE } from './window.ts'

test('a window lies within the run, and has a second at least', () => {
  expect(secondsOf(WHOLE, 101)).toEqual([0, 101])
  expect(secondsOf({ from: 10, to: 20, stretches: 5 }, 101)).toEqual([10, 21])
  expect(secondsOf({ from: 500, to: 600, stretches: 5 }, 101)).toEqual([100, 101])
  expect(secondsOf({ from: -5, to: -1, stretches: 5 }, 101)).toEqual([0, 1])
})

test('each stretch of a picture has a moment at which somebody was asked', () => {
  const input = fc.record({
    duration: fc.integer({ min: 1, max: 200_000 }),
    from: fc.integer({ min: 0, max: 250_000 }),
    length: fc.integer({ min: 0, max: 250_000 }),
    stretches: fc.integer({ min: 1, max: 2000 }),
  })
  fc.assert(
    fc.property(input, ({ duration, from, length, stretches }) => {
      const window = { from, to: from + length, stretches }
      const [first, end] = secondsOf(window, duration + 1)
      const { every } = momentsOf(window, duration)
      const count = Math.min(stretches, end - first)
      for (let i = 0; i < count; i++) {
        const begins = Math.floor((i * (end - first)) / count)
        const ends = Math.floor(((i + 1) * (end - first)) / count)
        if (Math.floor((ends - 1) / every) * every < begins) return false
      }
      return true
    }),
  )
})
