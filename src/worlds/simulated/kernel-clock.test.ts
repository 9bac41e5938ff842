import { expect, test } from 'vitest'
import { instant, monotonic, since } from '#core/time/instant.ts'
import { KernelClock } from './kernel-clock.ts'

const at = (seconds: number) => monotonic(BigInt(Math.round(seconds * 1e9)))
const clock = (rate = 0) => new KernelClock({ wall: instant(0n), monotonic: at(0) }, rate)
/** What the clock gained on the counter until `seconds`. */
const gained = (kernel: KernelClock, seconds: number) =>
  since(kernel.read(at(seconds)).wall, instant(at(seconds)))

test('adjtime takes 2000 s for a second, and a new call replaces what was left', () => {
  const kernel = clock()
  kernel.obey({ kind: 'slew', offset: 1 }, at(0))
  expect(gained(kernel, 1000)).toBeCloseTo(0.5, 9)
  expect(gained(kernel, 5000)).toBeCloseTo(1, 9)
  kernel.obey({ kind: 'slew', offset: -0.1 }, at(1000))
  expect(gained(kernel, 5000)).toBeCloseTo(0.4, 9)
})

test('the loop takes the part 2^-(2 + constant) of what is left each second', () => {
  const kernel = clock()
  kernel.obey({ kind: 'pll', offset: 0.1, constant: 4 }, at(0))
  expect(gained(kernel, 1)).toBeCloseTo(0.1 / 64, 9)
  expect(gained(kernel, 2)).toBeCloseTo((0.1 / 64) * (1 + 63 / 64), 9)
  expect(gained(kernel, 2000)).toBeCloseTo(0.1, 9)
})

test('and learns frequency from the offsets, never more than 500 ppm', () => {
  const kernel = clock()
  kernel.obey({ kind: 'pll', offset: 0.01, constant: 4 }, at(0))
  kernel.obey({ kind: 'pll', offset: 0.01, constant: 4 }, at(16))
  expect(kernel.rate).toBeCloseTo((0.01 * 16) / 256 ** 2, 12)
  for (let t = 32; t < 5000; t += 16) kernel.obey({ kind: 'pll', offset: 0.4, constant: 4 }, at(t))
  expect(kernel.rate).toBe(500e-6)
})

test('a step ends a slew; the frequency stays', () => {
  const kernel = clock(1e-4)
  kernel.obey({ kind: 'slew', offset: 1 }, at(0))
  kernel.obey({ kind: 'step', size: 10 }, at(100))
  expect(gained(kernel, 200)).toBeCloseTo(0.05 + 10 + 0.02, 9)
})

test('a step does not stop a program that calls adjtime every second; a call of its own does', () => {
  const kernel = clock()
  kernel.obey({ kind: 'trickle', calls: { offset: 0, part: 0, rate: 50e-6, excess: 'kept' } }, at(0))
  kernel.obey({ kind: 'step', size: -1 }, at(100))
  expect(gained(kernel, 200)).toBeCloseTo(-1 + 0.01, 9)
  kernel.obey({ kind: 'slew', offset: 0 }, at(200))
  expect(gained(kernel, 300)).toBeCloseTo(-1 + 0.01, 9)
})

test('frequency, loop and slew add up, however often the clock is asked for something', () => {
  const often = clock()
  const once = clock()
  for (const kernel of [often, once]) {
    kernel.obey({ kind: 'pll', offset: 0.01, constant: 4 }, at(0))
    kernel.obey({ kind: 'slew', offset: 0.3 }, at(0))
  }
  for (let t = 0.5; t <= 700; t++) often.obey({ kind: 'frequency', rate: 0 }, at(t))
  expect(gained(once, 700)).toBeCloseTo(0.01 + 0.3, 6)
  expect(gained(often, 700)).toBeCloseTo(gained(once, 700), 6)
})
