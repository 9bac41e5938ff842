import { expect, test } from 'vitest'
import { KernelLoop } from './kernel-loop.ts'

test('rare updates weigh no more than eight time constants, and lock the frequency', () => {
  const loop = new KernelLoop(0)
  loop.feed(1e-3, 4, 1000)
  const pll = (1e-3 * 8 * 16) / (16 * 16) ** 2
  expect(loop.frequency).toBeCloseTo(pll, 15)
})

test('after more than 2048 s a quarter of what the offset says of the frequency counts, too', () => {
  const loop = new KernelLoop(0)
  loop.feed(1e-3, 10, 2049)
  expect(loop.frequency).toBeCloseTo(1e-3 / 2049 / 4 + (1e-3 * 2049) / (16 * 1024) ** 2, 15)
})

test('half a second is the most it takes, and what is left can be read back', () => {
  const loop = new KernelLoop(0)
  loop.feed(2, 0, 0)
  expect(loop.left(0)).toBe(0.5)
  expect(loop.left(1)).toBeCloseTo(0.375, 12)
  expect(loop.taken(1)).toBeCloseTo(0.125, 12)
  loop.forgetPhase(1)
  expect(loop.left(1)).toBe(0)
})
