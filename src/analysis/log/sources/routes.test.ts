/** Ways and queues: delays of one source, and where its way became another one. */
import { expect, test } from 'vitest'
import { sampleBlock } from '#core/trace/series.ts'
import { Random } from '#worlds/simulated/random.ts'
import { Routes } from './routes.ts'

const WAY = 0.002

/** Delays and jitter, one poll after another. */
function changesIn(rows: readonly (readonly [number, number])[], exchanges: boolean) {
  const block = sampleBlock({ daemon: 'ntpd', format: 'a', file: 0, exchanges }, { rows: rows.length })
  for (const [row, [delay, jitter]] of rows.entries()) {
    block.at[row] = 64 * row
    block.offset[row] = 0
    block.delay[row] = delay
    block.jitter[row] = jitter
  }
  block.rows = rows.length
  const routes = new Routes()
  routes.add(block)
  return routes.all.map(({ before, after }) => Math.round(1e3 * (after - before)))
}

/** From the third hour on packets wait, at least 8 ms, or none. */
function queued(seed: number, { from, until }: { readonly from: number; readonly until: number }) {
  const random = new Random(seed)
  return Array.from({ length: 500 }, (_, i) =>
    i >= from && i < until ? WAY + 0.008 - 0.008 * Math.log(1 - random.uniform()) : WAY,
  )
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a queue of some hours is no other way, nor is its end (seed %i)',
  seed => {
    for (const stretch of [
      { from: 150, until: 350 },
      { from: 0, until: 200 },
    ])
      expect(
        changesIn(
          queued(seed, stretch).map(delay => [delay, 1e-4]),
          true,
        ),
      ).toEqual([])
  },
)

test('so it is where a filter shows the quickest of eight: their jitter tells of the others', () => {
  const delays = Array.from({ length: 500 }, (_, i) => (i >= 150 && i < 350 ? WAY + 0.009 : WAY))
  const jittery = (jitter: number) =>
    changesIn(
      delays.map((delay, i) => [delay, i >= 150 && i < 350 ? jitter : 1e-4]),
      false,
    )
  expect(jittery(0.008)).toEqual([])
  expect(jittery(2e-4)).toEqual([9, -9])
})

test('the first of all may be a burst in one queue, and tell nothing of the way', () => {
  const random = new Random(11)
  const burst = [0.0258, 0.0254, 0.0287, 0.0291]
  const mostlyQuick = (rows: number) =>
    Array.from({ length: rows }, () => 0.015 + 0.003 * random.uniform() * random.uniform())
  const changes = (delays: readonly number[]) =>
    changesIn(
      delays.map(delay => [delay, 0]),
      true,
    )
  expect(changes([...burst, ...mostlyQuick(100)])).toEqual([])
  // What was there for some time was the way.
  expect(changes([...burst, ...burst, ...burst, ...mostlyQuick(100)])).toEqual([-10])
})
