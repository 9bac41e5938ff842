import { expect, it } from 'vitest'
import { StealWitness, stolenTime } from './steal.ts'

const STAT = 'cpu  3357 0 4313 1362393 0 0 0 250 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 1\n'

it('reads the eighth number', () => {
  expect(stolenTime(STAT)).toBe(2.5)
  expect(stolenTime('cpu  1 2 3\n')).toBeUndefined()
  expect(stolenTime('')).toBeUndefined()
})

it('hints when a timer was late and the time was stolen, and not again for a while', () => {
  let stolen = 0
  const witness = new StealWitness(() => stolen)
  for (let t = 0; t < 30; t++) expect(witness.woke(t, 0.001)).toBeUndefined()
  stolen = 4
  expect(witness.woke(35, 5)).toMatchObject({ kind: 'hint', witness: 'steal' })
  stolen = 9
  expect(witness.woke(41, 5)).toBeUndefined()
})

it('does not when it was late for another reason, or nobody tells of steal', () => {
  expect(new StealWitness(() => 0).woke(10, 5)).toBeUndefined()
  const witness = new StealWitness(() => undefined)
  witness.woke(1, 0)
  expect(witness.woke(10, 5)).toBeUndefined()
})
