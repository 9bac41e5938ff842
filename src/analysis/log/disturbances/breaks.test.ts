/** What a bent line tells of the measurement that bent it, by chrony's own regression. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleBlock } from '#core/trace/series.ts'
import { explain } from '../../../../test/support/explain.ts'
import { Breaks } from './breaks.ts'

/** The estimate at the last of these points, and its standard deviation: regress.c, weighted least squares. */
function line(x: readonly number[], y: readonly number[], w: readonly number[]) {
  const sum = (of: (i: number) => number) => x.reduce((total, _, i) => total + of(i) / w[i]!, 0)
  const W = sum(() => 1)
  const u = sum(i => x[i]!) / W
  const V = sum(i => (x[i]! - u) ** 2)
  const slope = sum(i => y[i]! * (x[i]! - u)) / V
  const offset = sum(i => y[i]!) / W - slope * u
  const left = sum(i => (y[i]! - offset - slope * x[i]!) ** 2) / (x.length - 2)
  return {
    offset,
    sd: Math.sqrt(left / W + (u * u * left) / V),
    jitter: Math.sqrt((left * x.length) / W),
  }
}

const weight = fc.double({ min: 1, max: 30, noNaN: true })
const spacing = fc.double({ min: 16, max: 1024, noNaN: true })

test('whatever its weights and its polls: the size of the jump', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(spacing, weight), { minLength: 4, maxLength: 40 }),
      fc.constantFrom(-1, 1),
      fc.double({ min: 0.1, max: 600, noNaN: true }),
      (polls, side, size) => {
        const block = sampleBlock(
          { daemon: 'chrony', format: 'chrony statistics', file: 0, exchanges: false, estimates: true },
          { rows: 20 },
        )
        const x = polls.map((_, i) => -polls.slice(i + 1).reduce((sum, [wait]) => sum + wait, 0))
        const y = polls.map((_, i) => (i === polls.length - 1 ? side * size : 0))
        const bent = line(
          x,
          y,
          polls.map(([, w]) => w),
        )
        fc.pre(Math.abs(bent.jitter) > 0.01 && Math.abs(bent.offset) > 0.001)
        // One that comes long after all others takes the line along with it, which is as good as straight.
        fc.pre(bent.jitter > 0.03 * size)
        const told = [
          ...new Array(9).fill({ offset: 0, sd: 1e-6, jitter: 1e-5 }),
          bent,
          line(
            x,
            x.map(() => side * size),
            x.map(() => 1),
          ),
        ]
        for (const [row, { offset, sd, jitter }] of told.entries()) {
          block.at[row] = 64 * row
          block.offset[row] = offset
          block.dispersion[row] = sd
          block.jitter[row] = jitter
          block.points[row] = polls.length
        }
        block.rows = told.length
        const breaks = new Breaks()
        breaks.add(block)
        expect(breaks.all).toHaveLength(1)
        expect(breaks.all[0]!.size / (side * size)).toBeCloseTo(1, 6)
      },
    ),
  )
})

test.each([
  // By how much the offset changed, and what chronyd said of the line then: a reference clock whose last readings weigh all.
  [
    3,
    [
      { offset: 3.812, sd: 0.5986, jitter: 2.44e-6 },
      { offset: 3.021, sd: 0.08546, jitter: 0.1272 },
    ],
  ],
  [
    216_000,
    [
      { offset: 252_700, sd: 34_670, jitter: 3.549e-6 },
      { offset: 265_200, sd: 34_040, jitter: 4.18e-6 },
      { offset: 220_800, sd: 9069, jitter: 13_580 },
    ],
  ],
])('a line that was carried along tells nothing until it is straight: %d s', (size, carried) => {
  const told = [
    ...new Array(9).fill({ offset: 0, sd: 1e-8, jitter: 1e-8 }),
    ...carried,
    ...new Array(4).fill({ offset: size, sd: 5e-9, jitter: 8e-9 }),
  ]
  const block = sampleBlock(
    { daemon: 'chrony', format: 'chrony statistics', file: 0, exchanges: false, estimates: true },
    { rows: told.length },
  )
  for (const [row, { offset, sd, jitter }] of told.entries()) {
    block.at[row] = 8 * row
    block.offset[row] = offset
    block.dispersion[row] = sd
    block.jitter[row] = jitter
    block.points[row] = 7
  }
  block.rows = told.length
  const breaks = new Breaks()
  breaks.add(block)
  expect(breaks.all.map(({ size, anew }) => ({ size, anew }))).toEqual([{ size, anew: false }])
})

/** statistics.log of four hours: two sources jump by this, and chronyd follows them seven polls later; the third did as well, or stayed. */
function jumped(size: number, third: boolean): string[] {
  const [at, known, poll] = [100, 107, 64]
  const text = (...values: readonly number[]) =>
    values.map(value => value.toExponential(3).padStart(11)).join('')
  return Array.from({ length: 200 }, (_, i) => i).flatMap(i =>
    [1, 2, 3].map(source => {
      const moves = source < 3 || third
      const was = (j: number) => (moves && j >= at ? size : 0) - (i >= known ? size : 0)
      const rows = Array.from({ length: 7 }, (_, j) => i - 6 + j)
      const { offset, sd, jitter } = line(
        rows.map(j => poll * (j - i)),
        rows.map(j => was(j) + 1e-5 * Math.sin(7 * j + source)),
        rows.map(() => 1),
      )
      const stamp = new Date(Date.UTC(2027, 2, 1) + (poll * i + source) * 1e3).toISOString()
      return `${stamp.slice(0, 19).replace('T', ' ')} 192.0.2.${source} ${text(jitter, -offset, sd, 1e-9, 1e-7)} 1.0e-01   7   0   4  0.00`
    }),
  )
}

test('a jump of two that the third did not make is none of the clock', () => {
  const of = (third: boolean) => explain(...jumped(0.3, third)).findings
  const [paused] = of(true)
  expect(paused!.name).toBe('vm-paused')
  expect(paused!.measures.size).toBeCloseTo(0.3, 3)
  const names = of(false).map(({ name }) => name)
  expect(names).toContain('source-jumped')
  expect(names).not.toContain('vm-paused')
  expect(names).not.toContain('stepped-by-someone-else')
})

/** statistics.log of one source, polled each 17 min, by chrony's own regression through what it measured: a line each, in its own text. */
const estimates = (rows: readonly { offset: number; jitter: number; slope?: number }[]) =>
  explain(
    ...rows.map(({ offset, jitter, slope = 0 }, i) => {
      const stamp = new Date(Date.UTC(2027, 2, 1) + 1024e3 * i).toISOString().slice(0, 19).replace('T', ' ')
      const values = [jitter, -offset, jitter, -slope, 1e-7].map(value => value.toExponential(3).padStart(11))
      return `${stamp} 192.0.2.1 ${values.join('')} 1.0e-01   7   0   4  0.00`
    }),
  ).disturbances.map(({ size }) => size)
const QUIET = new Array(20).fill({ offset: 0, jitter: 1e-5 })

test('a line that is straight again with a slope tells of a rate, and one without of a jump', () => {
  const bent = { offset: 0.03, jitter: 0.03 }
  const after = (slope: number) => [...QUIET, bent, { offset: 0.02, jitter: 4e-4, slope }, ...QUIET]
  expect(estimates(after(1.5e-4))).toEqual([])
  expect(estimates(after(0))).toHaveLength(1)
  // What a pause makes chronyd believe is to the other side.
  expect(estimates(after(-1.5e-4))).toHaveLength(1)
})

test('a line that stays where it was, by the digits that are printed, has a size of nothing', () => {
  // As after a pause within an outage: far off in the first row already, with slopes that are bent still.
  const bent = [0.69, 0.36, 0.3, 0.18].map(jitter => ({ offset: 135.7, jitter, slope: -6.9e-3 }))
  const found = estimates([...QUIET, ...bent, { offset: 135.7, jitter: 3e-5 }, ...QUIET])
  expect(found).toHaveLength(1)
  expect(found[0]).toBeCloseTo(135.7, 1)
})

test('a rate that chronyd learns hours later, and has run by since its last correction, is no jump at the end of that', () => {
  // The last correction came just after the line of 0.54 s, and took all of it away.
  const bent = [0.226, 0.39, 0.457, 0.694].map((offset, i) => ({
    offset,
    jitter: 0.12,
    slope: 1e-4 * (i + 1),
  }))
  const learned = [
    { offset: 0.5404, jitter: 4.5e-3, slope: 4.965e-4 },
    { offset: 0.3085, jitter: 2.1e-5, slope: 2.939e-4 },
  ]
  expect(estimates([...QUIET, ...bent, ...learned, ...QUIET])).toEqual([])
  // One that runs as little as before has jumped in that time.
  expect(estimates([...QUIET, ...bent, learned[0]!, { ...learned[1]!, slope: 0 }, ...QUIET])).toHaveLength(1)
})

test('a clock that nobody steers goes where its line leads', () => {
  const free = Array.from({ length: 40 }, (_, i) => ({ offset: 0.07 * i, jitter: 2e-4, slope: 0.07 / 1024 }))
  expect(estimates(free)).toEqual([])
})

test('a line that becomes straight, poll by poll, after chronyd stepped, is bent by nothing new', () => {
  const bent = [3.4, 2.5, 1.1].map((jitter, i) => ({ offset: 156 + i / 2, jitter }))
  const stepped = [0.9, 0.8, 4e-4].map(jitter => ({ offset: 0.5 * jitter, jitter }))
  const found = estimates([...QUIET, ...bent, ...stepped, ...QUIET])
  expect(found).toHaveLength(1)
  expect(found[0]).toBeGreaterThan(100)
})
