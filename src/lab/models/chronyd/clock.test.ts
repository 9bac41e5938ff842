import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KernelClock } from '#worlds/simulated/kernel-clock.ts'
import { ChronyClock } from './clock.ts'

const LIMITS = { maxslewrate: 1 / 12, maxdrift: 0.1 }
const clockAt = (raw: number) => new ChronyClock(raw, LIMITS, () => {})

/** A clock of chronyd's over a kernel's, which hears its calls. */
function onKernel() {
  const kernel = new KernelClock()
  const clock = clockAt(0)
  return {
    clock,
    kernel,
    wait(until: number) {
      for (const call of clock.takeCalls()) kernel.obey(call, clock.raw)
      clock.raw = until + kernel.gainedAt(until)
    },
  }
}

test('what is remembered of times and offsets is what chronyd would have rewritten at each correction', () => {
  const correction = fc.record({
    wait: fc.double({ min: 1, max: 1000, noNaN: true }),
    gain: fc.double({ min: -1e-4, max: 1e-4, noNaN: true }),
    offset: fc.double({ min: -1, max: 1, noNaN: true }),
    step: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(correction, { maxLength: 20 }), corrections => {
      const clock = clockAt(100)
      const remembered = clock.remember(50)
      let time = 50
      for (const { wait, gain, offset, step } of corrections) {
        clock.raw += wait
        const when = clock.cook(clock.raw)
        const before = clock.frequency
        if (step) clock.step(offset)
        else clock.correct(gain, offset, 0)
        const gained = (clock.frequency - before) / (1 - before)
        time += (when - time) * gained - offset
      }
      expect(clock.recall(remembered)).toBeCloseTo(time, 9)
      expect(clock.behindOf(remembered)).toBeCloseTo(time - remembered, 9)
    }),
  )
})

test('an offset is slewed away in a second at least, and no faster than allowed', () => {
  const { clock, kernel, wait } = onKernel()
  clock.correct(0, 0.01, 0)
  wait(0.5)
  expect(kernel.rate).toBeCloseTo(-0.01, 4)
  expect(clock.slewEnds).toBeCloseTo(1, 1)
  clock.correct(0, 10, 0)
  wait(1)
  expect(kernel.rate).toBeCloseTo(-1 / 12, 12)
})

test('the better an offset is known, the more gently', () => {
  const { clock, kernel, wait } = onKernel()
  clock.correct(0, 0.001, 0.01)
  wait(1)
  expect(kernel.rate).toBeCloseTo(-1e-4, 12)
})

test('a frequency beyond the greatest is cut, and said', () => {
  const said: number[] = []
  const clock = new ChronyClock(0, LIMITS, frequency => void said.push(frequency))
  clock.correct(0.3, 0, 0)
  expect(clock.frequency).toBe(0.1)
  expect(said).toEqual([0.3])
})

test('a step leaves nothing to slew, and moves timers along', () => {
  const { clock, kernel, wait } = onKernel()
  clock.correct(0, 0, 0)
  const { slewEnds } = clock
  clock.step(-30)
  expect(clock.correctionAt(clock.raw)).toBe(0)
  expect(clock.slewEnds).toBe(slewEnds + 30)
  wait(1)
  expect(kernel.rate).toBe(0)
  expect(clock.raw).toBe(31)
})
