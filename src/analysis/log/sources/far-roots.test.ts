import { expect, test } from 'vitest'
import { ROOT_DISTANCE, readingBlock } from '#core/trace/series.ts'
import { FarRoots } from './far-roots.ts'

const HOUR = 3600

function spell(...told: readonly (readonly [at: number, distance: number])[]) {
  const block = readingBlock(
    { daemon: 'chrony', format: 'a', file: 0, quantity: ROOT_DISTANCE },
    { rows: told.length },
  )
  for (const [at, distance] of told) {
    block.at[block.rows] = at
    block.value[block.rows++] = distance
  }
  const roots = new FarRoots()
  roots.add(block)
  return roots.longest
}

test('from the first answer to the last, with how far away they were', () => {
  expect(spell([0, 10], [HOUR, 10.5], [2 * HOUR, 11])).toEqual({
    from: 0,
    to: 2 * HOUR,
    answers: 3,
    first: 10,
    last: 11,
  })
})

test('an answer that was near ends it, and so does a day on which nobody was far', () => {
  expect(spell([0, 10], [HOUR, 10], [HOUR + 1, 0], [HOUR + 2, 10])).toMatchObject({ to: HOUR })
  expect(spell([0, 10], [HOUR, 10], [25 * HOUR, 10])).toMatchObject({ to: HOUR })
})
