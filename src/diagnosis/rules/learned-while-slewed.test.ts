/** loopstats of ntpd -x after a jump of half a second: what it learned from that, and where the clock went with it. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

/** Seconds of the day, offset, ppm: each minute on the line between these. */
type Corner = readonly [at: number, offset: number, ppm: number]

function loopstats(corners: readonly Corner[]): string[] {
  return corners.slice(1).flatMap((corner, i) => {
    const before = corners[i]!
    const minutes = Math.floor((corner[0] - before[0]) / 60)
    return Array.from({ length: minutes }, (_, minute) => {
      const [at, offset, ppm] = before.map((value, j) => value + ((corner[j]! - value) * minute) / minutes)
      return `61557 ${at!.toFixed(3)} ${offset!.toFixed(9)} ${ppm!.toFixed(3)} 0.001000000 0.500000 6`
    })
  })
}

const JUMPED: readonly Corner[] = [
  [0, 0.001, 10.9],
  [40_000, 0.001, 10.9],
  [40_060, 0.5, 12],
  [42_000, 0.1, 44],
  [44_000, 0, 46],
]

const told = (corners: readonly Corner[]) => explain(...loopstats(corners)).findings

test('a jump that is slewed is taken for a rate, and the clock overshoots until that is unlearned', () => {
  const findings = told([...JUMPED, [52_000, -0.25, 45], [62_000, 0, 20], [86_000, 0, 11]])
  expect(findings.map(({ name }) => name)).toEqual(['frequency-learned-from-a-jump'])
  const { frequency, size, time } = findings[0]!.measures
  expect(frequency).toBeCloseTo(35.1e-6, 6)
  expect(size).toBeCloseTo(-0.25, 3)
  // Beyond 20 ms from 44 640 s to 61 200 s, in buckets of 64 s.
  expect(time! / 3600).toBeCloseTo(4.6, 1)
})

test('what it does not unlearn was the rate of the clock', () => {
  const findings = told([...JUMPED, [52_000, -0.25, 45], [62_000, 0, 45], [86_000, 0, 45]])
  expect(findings.map(({ name }) => name)).not.toContain('frequency-learned-from-a-jump')
})

test('what comes back to zero and stays there overshot nothing', () => {
  const findings = told([...JUMPED, [62_000, 0, 20], [86_000, 0, 11]])
  expect(findings.map(({ name }) => name)).not.toContain('frequency-learned-from-a-jump')
})
