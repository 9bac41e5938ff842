/** Of a clock only what agreeing sources measured is a measure. */
import { expect, test } from 'vitest'
import { sampleBlock } from '#core/trace/series.ts'
import { SampleSeries } from '../host-log.ts'

const ORIGIN = { daemon: 'chrony', format: 'chrony measurements', file: 0, exchanges: true } as const

/** Each source in turn, a row in 64 s, in blocks of a hundred rows. */
function measured(rows: number, offsets: readonly number[]): SampleSeries {
  const series = new SampleSeries(sampleBlock(ORIGIN, { rows: 1 }))
  for (let from = 0; from < rows; from += 100) {
    const block = sampleBlock(ORIGIN, { rows: 100 })
    for (let i = from; i < Math.min(rows, from + 100); i++) {
      const row = block.rows++
      const source = i % offsets.length
      block.at[row] = 64 * i
      block.source[row] = source
      block.offset[row] = offsets[source]! + 1e-5 * Math.sin(i)
      block.delay[row] = 1e-3
      block.line[row] = i + 1
    }
    series.add(block)
  }
  return series
}

test('one that contradicts the others is left out, of a short log and of a long one', () => {
  for (const rows of [200, 20_000]) {
    const { offset, odd, delays } = measured(rows, [0, 1e-4, 0.05, -1e-4])
    expect([...odd]).toEqual([2])
    expect(offset.whole.rms).toBeLessThan(2e-4)
    expect(offset.whole.most).toBeLessThan(2e-4)
    expect(offset.sizes.at(0.99)).toBeLessThan(2e-4)
    expect(offset.envelope.buckets().every(({ max }) => max < 2e-4)).toBe(true)
    expect(delays.buckets().length).toBeGreaterThan(1)
  }
})

test('where nobody can tell which one is wrong all of them count', () => {
  for (const offsets of [[0, 0.05], [0, 0, 0.05, 0.05], [0.05]]) {
    const { offset, odd } = measured(6000, offsets)
    expect(odd.size).toBe(0)
    expect(offset.whole.most).toBeGreaterThan(0.04)
  }
})

test('what is asked while a log still grows changes nothing of what comes', () => {
  const [asked, not] = [measured(300, [0, 1e-4, 2e-4]), measured(300, [0, 1e-4, 2e-4])]
  expect(asked.offset.whole.rms).toBeGreaterThan(0)
  const more = sampleBlock(ORIGIN, { rows: 1 })
  more.rows = 1
  more.at[0] = 64 * 300
  more.offset[0] = 3e-4
  for (const series of [asked, not]) series.add(more)
  expect(asked.offset.whole).toEqual(not.offset.whole)
})
