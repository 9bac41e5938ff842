/** What is usual of a source, and what is unusual beside it. */
import { expect, test } from 'vitest'
import { sampleBlock } from '#core/trace/series.ts'
import { Changes } from './changes.ts'

const POLL = 1024

/** What is found in measurements of one source: seconds and offset. */
function found(daemon: 'chrony' | 'ntpd', rows: readonly (readonly [number, number])[]): number[] {
  const block = sampleBlock({ daemon, format: 'a', file: 0, exchanges: true }, { rows: rows.length })
  for (const [row, [at, offset]] of rows.entries()) {
    block.at[row] = at
    block.offset[row] = offset
    block.delay[row] = 0.001
  }
  block.rows = rows.length
  const changes = new Changes()
  changes.add(block)
  return changes.all.map(({ before, after }) => Math.round(10 * (after - before)) / 10)
}

const polls = (count: number, offset: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => [10 + POLL * (i + 1), offset(i)] as const)

test('what ntpd set right at its start is not usual: the pause of the second hour is told', () => {
  const start = [
    [1, -0.238],
    [3, -0.0002],
    [5, 0.0001],
  ] as const
  const paused = polls(20, i => (i < 5 ? 1e-4 * (i % 3) : 1.2))
  expect(found('ntpd', [...start, ...paused])).toContain(1.2)
})

test('noise does not grow with an outage: chronyd holds the rate meanwhile', () => {
  const noisy = (i: number) => 0.004 * Math.sin(7 * i)
  const before = Array.from({ length: 200 }, (_, i) => [64 * i, noisy(i)] as const)
  const after = Array.from({ length: 20 }, (_, i) => [64 * (200 + i) + 21_400, 3 + noisy(i)] as const)
  expect(found('chrony', [...before, ...after])).toEqual([3])
})

test('in five hours of silence a rate that chronyd knows goes less far than a pause of a second, and one that ntpd learns may', () => {
  const quiet = (i: number) => 1e-5 * Math.sin(7 * i)
  const before = Array.from({ length: 200 }, (_, i) => [64 * i, quiet(i)] as const)
  const after = Array.from({ length: 20 }, (_, i) => [64 * (200 + i) + 18_000, 0.7 + quiet(i)] as const)
  expect(found('chrony', [...before, ...after])).toEqual([0.7])
  expect(found('ntpd', [...before, ...after])).toEqual([])
})
