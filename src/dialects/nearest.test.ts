import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearest } from './nearest.ts'

const KNOWN = ['step', 'stepout', 'stepback', 'panic', 'iburst', 'burst']

test.each([
  ['setpout', 'stepout'],
  ['stepuot', 'stepout'],
  ['ibrust', 'iburst'],
  ['painc', 'panic'],
  ['STEP', 'step'],
])('%s was meant to be %s', (word, meant) => expect(nearest(word, KNOWN)).toBe(meant))

test.each(['', 'colour', 'x', 'a'.repeat(41)])('%j is near to nothing', word =>
  expect(nearest(word, KNOWN)).toBeUndefined(),
)

test('a swap of neighbours is one mistake', () => expect(editDistance('setpout', 'stepout')).toBe(1))

test('a distance is 0 for equal words only, and the same both ways', () =>
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      const distance = editDistance(a, b)
      expect(distance).toBe(editDistance(b, a))
      expect(distance === 0).toBe(a === b)
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  ))
