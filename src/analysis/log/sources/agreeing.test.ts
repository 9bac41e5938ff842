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

/** As chronyd asks: one minute after minute, the others in turn. */
function askedOften(offsets: (at: number) => readonly number[], rows = 2000): SampleSeries {
  const series = new SampleSeries(sampleBlock(ORIGIN, { rows: 1 }))
  const block = sampleBlock(ORIGIN, { rows })
  for (let i = 0; i < rows; i++) {
    const source = i % 5 === 4 ? 1 + (Math.floor(i / 5) % 3) : 0
    block.at[i] = 64 * i
    block.source[i] = source
    block.offset[i] = offsets(64 * i)[source]! + 1e-5 * Math.sin(i)
    block.delay[i] = 1e-3
    block.line[i] = i + 1
  }
  block.rows = rows
  series.add(block)
  return series
}

const forAnHour = (at: number) => (at > 50_000 && at < 54_000 ? 2 : 0)

test('one that is wrong for an hour is left out for that time only', () => {
  const { offset, overruled, odd } = askedOften(at => [forAnHour(at), 0, 0, 0])
  expect(offset.whole.most).toBeLessThan(2e-5)
  expect(offset.whole.count).toBeGreaterThan(1940)
  expect([...overruled]).toEqual([0])
  expect(odd.size).toBe(0)
})

test('a clock that is off for an hour is so against all: none is left out, and neither of two', () => {
  for (const offsets of [
    (at: number) => [1, 1, 1, 1].map(of => of * forAnHour(at)),
    (at: number) => [forAnHour(at), forAnHour(at), 0, 0],
    (at: number) => [forAnHour(at), Number.NaN, 0, Number.NaN],
  ]) {
    const { offset, overruled } = askedOften(offsets)
    expect(overruled.size).toBe(0)
    expect(offset.whole.most).toBeGreaterThan(1.9)
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
