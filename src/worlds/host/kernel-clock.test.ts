import { expect, it } from 'vitest'
import { loadLibc } from '../libc.ts'
import type { TimexAnswer } from '../timex.ts'
import { kernelClock, readKernelClock } from './kernel-clock.ts'

const NANO = 0x2000
const UNSYNC = 0x40
const timex = (fields: Partial<TimexAnswer> = {}): TimexAnswer => ({
  state: 0,
  offset: 0,
  frequency: 0,
  maxError: 1000,
  estError: 50,
  status: NANO | 1,
  tick: 10_000,
  tai: 37,
  ...fields,
})

it('speaks in seconds and s/s', () => {
  const clock = kernelClock(timex({ offset: -1234, frequency: 26 * 65536, tick: 10_001 }))
  expect(clock).toMatchObject({
    maxError: 1e-3,
    estError: 50e-6,
    synchronised: true,
    leap: 'none',
    taiOffset: 37,
  })
  expect(clock?.offset).toBeCloseTo(-1.234e-6, 15)
  // A tick of 10,001 µs instead of 10,000 is 100 ppm.
  expect(clock?.frequency).toBeCloseTo(126e-6, 12)
  expect(clock?.status).toEqual(['PLL', 'NANO'])
})

it('reads the offset in the unit that the status names', () => {
  expect(kernelClock(timex({ offset: 1234 }))?.offset).toBeCloseTo(1.234e-6, 15)
  expect(kernelClock(timex({ offset: 1234, status: 1 }))?.offset).toBeCloseTo(1.234e-3, 12)
})

it('knows what it was not told', () => {
  expect(kernelClock(timex({ state: 5, status: UNSYNC, tai: 0 }))).toMatchObject({
    synchronised: false,
    leap: 'unknown',
    taiOffset: undefined,
  })
  expect(kernelClock(timex({ status: 0x10 }))?.leap).toBe('insert')
  expect(kernelClock(timex({ status: 0x20 | UNSYNC }))?.leap).toBe('delete')
})

// prometheus/node_exporter#3764: seen for one reading during adjustments on KVM guests.
it('does not take 2^32 ns for an offset', () => {
  const glitch = timex({ offset: 2 ** 32 })
  expect(kernelClock(glitch)).toBeUndefined()
  const answers = [glitch, glitch, timex({ offset: 5000 })]
  expect(readKernelClock({ adjtimex: () => answers.shift()! })?.offset).toBeCloseTo(5e-6, 12)
  expect(readKernelClock({ adjtimex: () => glitch })).toBeUndefined()
})

it('takes the largest offset that the kernel keeps', () => {
  expect(kernelClock(timex({ offset: 500_000_000 }))?.offset).toBeCloseTo(0.5, 9)
  expect(kernelClock(timex({ offset: -500_000_000 }))?.offset).toBeCloseTo(-0.5, 9)
})

it('answers nothing when the kernel does not', () => {
  expect(kernelClock(timex({ state: -1 }))).toBeUndefined()
})

const loaded = loadLibc()
it.skipIf(loaded.kind === 'missing')('reads this machine', () => {
  const clock = loaded.kind === 'loaded' ? readKernelClock(loaded.libc) : undefined
  expect(Math.abs(clock!.frequency)).toBeLessThan(0.11)
  expect(clock!.maxError).toBeGreaterThanOrEqual(0)
})
