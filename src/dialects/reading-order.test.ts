import { expect, test } from 'vitest'
import { readingOrder } from './reading-order.ts'

const sorted = (
  includedBy: readonly [number, { file: number; line: number }][],
  ...places: [number, number][]
) =>
  places
    .map(([file, line]) => ({ file, line }))
    .sort(readingOrder(new Map(includedBy)))
    .map(({ file, line }) => `${file}:${line}`)

test('what is included is read between the lines around, and what is not in the order of the files', () => {
  const inMain: [number, { file: number; line: number }][] = [[1, { file: 0, line: 3 }]]
  expect(sorted(inMain, [0, 4], [2, 1], [1, 9], [1, 2], [0, 3], [0, 1])).toEqual([
    '0:1',
    '0:3',
    '1:2',
    '1:9',
    '0:4',
    '2:1',
  ])
})

test('files that one line includes are read one behind the other, also below another', () => {
  const line = { file: 0, line: 1 }
  expect(
    sorted(
      [
        [1, line],
        [2, line],
        [3, { file: 1, line: 2 }],
      ],
      [2, 1],
      [1, 3],
      [3, 8],
      [1, 1],
      [0, 2],
    ),
  ).toEqual(['1:1', '3:8', '1:3', '2:1', '0:2'])
})

test('a circle comes to its end', () =>
  expect(
    sorted(
      [
        [0, { file: 1, line: 1 }],
        [1, { file: 0, line: 1 }],
      ],
      [1, 2],
      [0, 2],
    ),
  ).toHaveLength(2))
