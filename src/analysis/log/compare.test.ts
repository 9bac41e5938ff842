import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { expect, test } from 'vitest'
import { compareOffsets } from './compare.ts'
import { OffsetMeasures } from './host-log.ts'

function noise(seed: number, scale: number, rows = 4000): OffsetMeasures {
  const random = xoroshiro128plus(seed)
  const measures = new OffsetMeasures()
  const at = Float64Array.from({ length: rows }, (_, i) => i * 16)
  const offset = Float64Array.from(at, () => ((random.next() >>> 0) / 2 ** 32 - 0.5) * scale)
  measures.add({ at, offset, rows })
  return measures
}

test('a clock ten times as good is better, surely; and the other way round worse', () => {
  const [bad, good] = [noise(1, 1e-2), noise(2, 1e-3)]
  const better = compareOffsets(bad, good)
  expect(better).toMatchObject({ outcome: 'better', share: 1 })
  expect(better.before.rms / better.after.rms).toBeCloseTo(10, 0)
  expect(better.confidence).toBeGreaterThan(0.999)
  expect(compareOffsets(good, bad)).toMatchObject({ outcome: 'worse', share: 0 })
})

test('chance alone rarely makes a difference', () => {
  let alike = 0
  for (let seed = 0; seed < 40; seed++)
    if (compareOffsets(noise(100 + seed, 1e-3), noise(200 + seed, 1e-3)).outcome === 'alike') alike++
  expect(alike).toBeGreaterThan(33)
})

test('a few measurements say nothing', () => {
  expect(compareOffsets(noise(1, 1e-2, 3), noise(2, 1e-3)).outcome).toBe('not known')
})
