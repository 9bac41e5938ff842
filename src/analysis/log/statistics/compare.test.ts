import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, test } from 'vitest'
import { OffsetMeasures } from '../host-log.ts'
import { type Comparison, compareOffsets } from './compare.ts'

interface Measured {
  readonly days?: number
  readonly poll?: number
  readonly sources?: number
  /** Of each measurement. */
  readonly noise?: number
  /** Of the clock, which forgets where it was in so many seconds. */
  readonly wander?: number
  readonly memory?: number
}

/** What the sources show of a clock that wanders. */
function clock(seed: number, of: Measured = {}): OffsetMeasures {
  const { days = 2, poll = 64, sources = 4, noise = 5e-4, wander = 0, memory = 3600 } = of
  const random = xoroshiro128plus(seed)
  const uniform = () => ((random.next() >>> 0) + 0.5) / 2 ** 32
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const rows = Math.floor((days * 86_400 * sources) / poll)
  const step = poll / sources
  const stays = Math.exp(-step / memory)
  let away = wander * normal()
  const offset = Float64Array.from({ length: rows }, () => {
    away = stays * away + Math.sqrt(1 - stays ** 2) * wander * normal()
    return away + noise * normal()
  })
  const measures = new OffsetMeasures()
  measures.add({ at: Float64Array.from(offset, (_, i) => i * step), offset, rows })
  return measures
}

const SEEDS = Array.from({ length: 40 }, (_, i) => 1 + i)
const compared = (before: Measured, after: Measured, seeds = SEEDS): Comparison[] =>
  seeds.map(seed => compareOffsets(clock(seed, before), clock(10_000 + seed, after)))
const times = (all: readonly Comparison[], outcome: Comparison['outcome']): number =>
  all.filter(each => each.outcome === outcome).length

test('offsets ten times as small are better, surely; and the other way round worse', () => {
  const [bad, good] = [clock(1, { noise: 3e-3 }), clock(2, { noise: 3e-4 })]
  const better = compareOffsets(bad, good)
  expect(better).toMatchObject({ outcome: 'better', by: 'measured', share: 1 })
  expect(better.before.rms / better.after.rms).toBeCloseTo(10, 0)
  expect(better.confidence).toBeGreaterThan(0.999)
  expect(compareOffsets(good, bad)).toMatchObject({ outcome: 'worse', share: 0 })
})

describe('one clock is alike nearly always, however long, how often and by how many it is measured', () => {
  for (const [what, after] of Object.entries({
    'the same': {},
    longer: { days: 7 },
    'polls of 1024 s': { poll: 1024 },
    'one source': { sources: 1 },
  }))
    for (const memory of [600, 14_400])
      test(`${what}, wandering within ${memory} s`, () => {
        const of = { wander: 5e-4, memory }
        // Two are looked at, each 2.5 % by chance: 2 of forty on average, and so many more in bad forty.
        expect(times(compared(of, { ...of, ...after }), 'alike')).toBeGreaterThanOrEqual(34)
      })
})

test('noise alone has no clock in it, whoever measures', () => {
  for (const after of [{ days: 7 }, { poll: 1024 }, { sources: 1 }])
    expect(times(compared({}, after), 'alike')).toBeGreaterThanOrEqual(34)
})

test('a clock that is kept three times as well is better, though it be measured sixteen times as often, with the same noise', () => {
  const all = compared({ wander: 9e-4, poll: 1024, noise: 1.5e-3 }, { wander: 3e-4, noise: 1.5e-3 })
  expect(times(all, 'better')).toBeGreaterThanOrEqual(36)
  expect(all.filter(({ by }) => by === 'clock').length).toBeGreaterThanOrEqual(36)
  const [{ before, after }] = all as [Comparison]
  expect(before.clock / after.clock).toBeGreaterThan(2)
})

test('a few measurements say nothing', () => {
  expect(compareOffsets(clock(1, { days: 0.001 }), clock(2)).outcome).toBe('not known')
})
