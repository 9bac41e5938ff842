import { expect, test } from 'vitest'
import { agreedOffset } from './live.ts'

const source = (offset: number | undefined, bound = 0.01) => ({
  name: 's',
  address: '192.0.2.1',
  answers: offset !== undefined,
  why: undefined,
  offset,
  bound: offset === undefined ? undefined : bound,
})

test('most sources that answer say where the clock is', () => {
  const { offset, bound } = agreedOffset([source(4), source(4.005), source(-3), source(undefined)])
  expect(offset).toBeCloseTo(4.0025)
  expect(bound).toBeCloseTo(0.0075)
})

test('nobody answers, or two contradict each other: it is not known', () => {
  expect(agreedOffset([source(undefined)])).toEqual({ offset: undefined, bound: undefined })
  expect(agreedOffset([source(0), source(1)])).toEqual({ offset: undefined, bound: undefined })
})
