import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SLEW_RATE, type Trickle, Trickling } from './adjtime.ts'

/** The calls as they are made: one a second. */
function secondBySecond({ offset, part, rate, excess }: Trickle, seconds: number) {
  let left = offset
  let gained = 0
  for (let i = 0; i < seconds; i++) {
    const asked = part * left
    const does = Math.max(-SLEW_RATE, Math.min(SLEW_RATE, asked + rate))
    gained += does
    left -= excess === 'kept' ? does - rate : asked
  }
  return { gained, left }
}

const calls = fc.record({
  offset: fc.double({ min: -1, max: 1, noNaN: true }),
  part: fc.integer({ min: 5, max: 14 }).map(shift => 2 ** -shift),
  rate: fc.double({ min: -SLEW_RATE, max: SLEW_RATE, noNaN: true }),
})

test('is what the calls of each second come to', () => {
  fc.assert(
    fc.property(calls, fc.constantFrom('kept', 'lost'), fc.nat(3000), (each, excess, seconds) => {
      const whole = new Trickling({ ...each, excess })
      const stepwise = secondBySecond({ ...each, excess }, seconds)
      // Where the closed form turns from full seconds to parts it is off by less than one second's part.
      expect(Math.abs(whole.left(seconds) - stepwise.left)).toBeLessThan(5e-7)
      expect(Math.abs(whole.gained(seconds) - stepwise.gained)).toBeLessThan(5e-7)
    }),
  )
})

test('the clock never gains more than 500 ppm, and gains evenly within a second', () => {
  const all: Trickle = { offset: 10, part: 1 / 256, rate: 100e-6, excess: 'kept' }
  expect(new Trickling(all).gained(10.5)).toBeCloseTo(10.5 * SLEW_RATE, 12)
  expect(new Trickling({ ...all, offset: 0 }).gained(100)).toBeCloseTo(0.01, 12)
})

test('what a second had no room for is lost to a program that does not mind it', () => {
  const all: Trickle = { offset: 10, part: 1 / 256, rate: 0, excess: 'lost' }
  const trickling = new Trickling(all)
  expect(trickling.left(5000)).toBeLessThan(1e-6)
  expect(trickling.gained(5000)).toBeLessThan(1.3)
})
