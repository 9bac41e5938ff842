import { expect, test } from 'vitest'
import { KernelClock } from './kernel-clock.ts'

test('adjtime takes 2000 s for a second, and a new call replaces what was left', () => {
  const kernel = new KernelClock()
  kernel.obey({ kind: 'slew', offset: 1 }, 0)
  expect(kernel.gainedAt(1000)).toBeCloseTo(0.5, 9)
  expect(kernel.gainedAt(5000)).toBeCloseTo(1, 9)
  kernel.obey({ kind: 'slew', offset: -0.1 }, 1000)
  expect(kernel.gainedAt(5000)).toBeCloseTo(0.4, 9)
})

test('the loop takes the part 2^-(2 + constant) of what is left each second', () => {
  const kernel = new KernelClock()
  kernel.obey({ kind: 'pll', offset: 0.1, constant: 4 }, 0)
  expect(kernel.gainedAt(1)).toBeCloseTo(0.1 / 64, 9)
  expect(kernel.gainedAt(2)).toBeCloseTo((0.1 / 64) * (1 + 63 / 64), 9)
  expect(kernel.gainedAt(2000)).toBeCloseTo(0.1, 9)
})

test('and learns frequency from the offsets, never more than 500 ppm', () => {
  const kernel = new KernelClock()
  kernel.obey({ kind: 'pll', offset: 0.01, constant: 4 }, 0)
  kernel.obey({ kind: 'pll', offset: 0.01, constant: 4 }, 16)
  expect(kernel.rate).toBeCloseTo((0.01 * 16) / 256 ** 2, 12)
  for (let t = 32; t < 5000; t += 16) kernel.obey({ kind: 'pll', offset: 0.4, constant: 4 }, t)
  expect(kernel.rate).toBe(500e-6)
})

test('a step ends a slew; the frequency stays', () => {
  const kernel = new KernelClock(1e-4)
  kernel.obey({ kind: 'slew', offset: 1 }, 0)
  kernel.obey({ kind: 'step', size: 10 }, 100)
  expect(kernel.gainedAt(200)).toBeCloseTo(0.05 + 10 + 0.02, 9)
})

test('a step does not stop a program that calls adjtime every second; a call of its own does', () => {
  const kernel = new KernelClock()
  kernel.obey({ kind: 'trickle', calls: { offset: 0, part: 0, rate: 50e-6, excess: 'kept' } }, 0)
  kernel.obey({ kind: 'step', size: -1 }, 100)
  expect(kernel.gainedAt(200)).toBeCloseTo(-1 + 0.01, 9)
  kernel.obey({ kind: 'slew', offset: 0 }, 200)
  expect(kernel.gainedAt(300)).toBeCloseTo(-1 + 0.01, 9)
})

test('frequency, loop and slew add up, however often the clock is asked for something', () => {
  const often = new KernelClock()
  const once = new KernelClock()
  for (const kernel of [often, once]) {
    kernel.obey({ kind: 'pll', offset: 0.01, constant: 4 }, 0)
    kernel.obey({ kind: 'slew', offset: 0.3 }, 0)
  }
  for (let t = 0.5; t <= 700; t++) often.obey({ kind: 'frequency', rate: 0 }, t)
  expect(once.gainedAt(700)).toBeCloseTo(0.01 + 0.3, 6)
  expect(often.gainedAt(700)).toBeCloseTo(once.gainedAt(700), 6)
})
