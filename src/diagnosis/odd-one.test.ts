/** Field report 002: two guests of one kind, and only one of them is wrong. */
import { expect, test } from 'vitest'
import { explain } from '../../test/support/explain.ts'
import { BASE_DAY } from '../../test/support/pieces.ts'
import { oddOneOf } from './odd-one.ts'

const MJD = BASE_DAY + 40_587
const guest = (name: string, offset: (i: number) => number) => ({
  ...explain(
    ...Array.from(
      { length: 400 },
      (_, i) =>
        `${MJD} ${(64 * i).toFixed(3)} 192.0.2.1 963a ${offset(i).toFixed(9)} 0.000200000 0.001000000 0.000010000`,
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

test('hosts that are alike, and a host alone, have no odd one', () => {
  expect(oddOneOf([guest('a', usual), guest('b', usual)])).toBeUndefined()
  expect(oddOneOf([guest('a', paused), guest('b', paused)])).toBeUndefined()
  expect(oddOneOf([guest('a', paused)])).toBeUndefined()
})
