import { expect, test } from 'vitest'
import { isContradicted } from './contradicted.ts'

const NEAR = { level: 0, explained: 0.002 }
const far = (level: number, explained = 0.01) => ({ level, explained })

test('far sources behind one uplink, which is slower in one direction, say nothing against a near one', () => {
  const all = [NEAR, far(0.004), far(0.0042, 0.02), far(0.0041, 0.03)]
  expect(isContradicted(NEAR, all, 0.0041)).toBe(false)
})

test('they do where it is off by more than their ways explain', () => {
  const all = [NEAR, far(0.04), far(0.041, 0.02), far(0.042, 0.03)]
  expect(isContradicted(NEAR, all, 0.041)).toBe(true)
})

test('what far sources cannot tell a near one can', () => {
  const liar = { level: 0.015, explained: 0.002 }
  expect(isContradicted(liar, [NEAR, liar, far(0.001, 0.02)], 0.001)).toBe(true)
})

test('of equal ways one is off by more than half of its own, as ever', () => {
  const liar = far(0.015)
  expect(isContradicted(liar, [far(0), far(0.001), liar, far(-0.001)], 0)).toBe(true)
  expect(isContradicted(far(0.009), [far(0), far(0.001), far(-0.001)], 0)).toBe(false)
})
