/** Field report 002: two guests of one kind, and only one of them is wrong. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../test/support/explain.ts'
import { BASE_DAY } from '../../test/support/pieces.ts'
import { oddOneOf } from './odd-one.ts'

const MJD = BASE_DAY + 40_587
const guest = (name: string, offset: (i: number) => number, delay = 2e-4) => ({
  ...explain(
    ...Array.from(
      { length: 400 },
      (_, i) =>
        `${MJD} ${(64 * i).toFixed(3)} 192.0.2.1 963a ${offset(i).toFixed(9)} ${delay.toFixed(9)} 0.001000000 0.000010000`,
    ),
  ),
  name,
})
const usual = (i: number) => (i % 3) * 1e-5
const paused = (i: number) => (i > 200 && i < 220 ? 4 : usual(i))

test('the twin that was paused is the odd one', () => {
  expect(oddOneOf([guest('a', usual), guest('b', paused)])).toMatchObject({ name: 'b', alone: ['vm-paused'] })
})

test('of three the one with the large offsets', () => {
  const odd = oddOneOf([guest('a', usual), guest('b', i => 10 * usual(i)), guest('c', usual)])!
  expect(odd.name).toBe('b')
  expect(odd.times).toBeGreaterThan(8)
})

test('a host far from its servers is not odd for what its way explains', () => {
  const far = (i: number) => 100 * usual(i)
  const near = ['a', 'b'].map(name => guest(name, usual))
  expect(oddOneOf([...near, guest('c', far, 0.03)])).toBeUndefined()
  expect(oddOneOf([...near, guest('c', far)])).toMatchObject({ name: 'c' })
})

test('hosts that are alike, and a host alone, have no odd one', () => {
  expect(oddOneOf([guest('a', usual), guest('b', usual)])).toBeUndefined()
  expect(oddOneOf([guest('a', paused), guest('b', paused)])).toBeUndefined()
  expect(oddOneOf([guest('a', paused)])).toBeUndefined()
})

describe('logs of two kinds', () => {
  // Zero would be a step of ntpd.
  const usual = (i: number) => ((i % 3) + 0.1) * 1e-5
  const updated = (name: string, offset: (i: number) => number) => ({
    ...explain(
      ...Array.from(
        { length: 400 },
        (_, i) => `${MJD} ${(64 * i).toFixed(3)} ${offset(i).toFixed(9)} -37.200 0.000021000 0.001000 6`,
      ),
    ),
    name,
  })
  const small = (i: number) => usual(i) / 20

  test('their offsets are no measure of each other: an average is smaller than what it is of', () => {
    expect(oddOneOf([guest('a', usual), updated('b', small)])).toBeUndefined()
    // Of one kind they are.
    expect(oddOneOf([updated('a', usual), updated('b', small)])).toMatchObject({ name: 'a' })
  })

  test('findings are compared all the same', () => {
    expect(oddOneOf([guest('a', paused), updated('b', small)])).toMatchObject({
      name: 'a',
      times: Number.NaN,
      alone: ['vm-paused'],
    })
  })

  test('the kind that both have counts', () => {
    const both = (name: string, offset: (i: number) => number) => ({
      ...explain(
        ...Array.from({ length: 400 }, (_, i) => [
          `${MJD} ${(64 * i).toFixed(3)} 192.0.2.1 963a ${usual(i).toFixed(9)} 0.000200000 0.001000000 0.000010000`,
          `${MJD} ${(64 * i).toFixed(3)} ${offset(i).toFixed(9)} -37.200 0.000021000 0.001000 6`,
        ]).flat(),
      ),
      name,
    })
    expect(oddOneOf([both('a', small), updated('b', small)])).toBeUndefined()
    expect(oddOneOf([both('a', usual), updated('b', small)])).toMatchObject({ name: 'a' })
  })
})
