/** How far ntpd stepped, by what its sources said before and after. */
import { expect, test } from 'vitest'
import { jumpOf } from '../../../../test/support/jump.ts'
import { stepSizes } from './step-sizes.ts'

const AT = 10_000

/** From each source's last measurement, and how long before the step that was, to the first one after it. */
const seen = (at: number, ...sources: readonly (readonly [before: number, after: number, age: number])[]) =>
  sources.map(
    ([before, after, age], source) =>
      jumpOf({
        source,
        from: at - age,
        to: at + 2 + source,
        before,
        after,
        spacing: 1024,
        unsteadiness: 1,
        next: after,
        fresh: true,
      }).change,
  )

const moment = (at: number) => ({ at, size: Number.NaN, by: 'step' as const, file: 0, line: 1 })
const sizeOf = (...sources: Parameters<typeof seen> extends [number, ...infer S] ? S : never) =>
  stepSizes([moment(AT)], seen(AT, ...sources)).map(({ size }) => size)

test('of sources that know of two pauses and of one, those that know most tell', () => {
  const [size] = sizeOf([3, 1.23, 60], [2.99, 1.23, 5], [1.5, 1.23, 900], [1.5, 1.23, 800])
  expect(size).toBeCloseTo(1.76)
})

test('what none of them knew of is still there after it: they all said how far', () => {
  const [size] = sizeOf([1.5, 1.5, 60], [1.5, 1.5, 5], [1.5, 1.5, 900], [0, 1.5, 2000])
  expect(size).toBeCloseTo(1.5)
})

test('somebody set the clock forward by more than it had lost, and ntpd steps by what was before: some sources know of both', () => {
  const [size] = sizeOf([0.39, -2.01, 900], [-1.62, -2.01, 60], [0.39, -2.01, 600], [-1.62, -2.01, 5])
  expect(size).toBeCloseTo(0.39)
})

test('what was slewed meanwhile is in no step: who was asked last tells', () => {
  const [size] = sizeOf([-0.3, 0.01, 1000], [-0.28, 0.01, 2], [-0.29, 0.01, 600])
  expect(size).toBeCloseTo(-0.29)
})

test('below the threshold, and where updates of zero follow one another, nobody has stepped', () => {
  expect(sizeOf([0.01, 0, 60], [0.02, 0, 5])).toEqual([])
  const zeros = [0, 64, 128].map(after => moment(AT + after))
  expect(stepSizes(zeros, seen(AT, [1.5, 0, 60], [1.5, 0, 5]))).toEqual([])
})
