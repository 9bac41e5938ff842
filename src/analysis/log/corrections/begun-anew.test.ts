import { expect, test } from 'vitest'
import { sampleBlock } from '#core/trace/series.ts'
import { BegunAnew } from './begun-anew.ts'

const HEAD = 3

/** statistics.log: a head before each 32nd row. */
function begun(rows: readonly (readonly [at: number, source: number])[]): number[] {
  const block = sampleBlock(
    { daemon: 'chrony', format: 'chrony statistics', file: 0, exchanges: false },
    { rows: rows.length },
  )
  block.rows = rows.length
  for (const [i, [at, source]] of rows.entries()) {
    block.at[i] = at
    block.source[i] = source
    block.line[i] = i + 1 + HEAD * (1 + Math.floor(i / 32))
  }
  const anew = new BegunAnew()
  anew.add(block)
  return anew.all
}

test('a head that comes in turn is of a start where a server is heard twice within seconds', () => {
  const before = Array.from({ length: 64 }, (_, i) => [64 * i, 1] as const)
  const after = [0, 2, 4, 6, 70, 134].map(at => [5000 + at, 1] as const)
  expect(begun([...before, ...after])).toEqual([5000])
})

test('a reference clock that is read each four seconds is no server that is asked anew, where the clock is stepped either', () => {
  const rows = (steps: readonly [number, number]) =>
    Array.from(
      { length: 200 },
      (_, i) => [4 * i + (i >= steps[0] ? 300 : 0) + (i >= steps[1] ? 300 : 0), 0] as const,
    )
  for (const first of [62, 63, 64, 65, 95, 96, 97]) expect(begun(rows([first, first + 32]))).toEqual([])
})
