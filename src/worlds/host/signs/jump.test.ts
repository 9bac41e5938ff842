import fc from 'fast-check'
import { expect, it } from 'vitest'
import { monotonic } from '#core/time/instant.ts'
import { Comparison } from './jump.ts'

const looks = (rate: number, at: number, lost = 0, uncertainty = 1e-5) => ({
  at: monotonic(BigInt(Math.round(at * 1e9))),
  elapsed: at * (1 + rate) + lost,
  uncertainty,
})

it('sees a jump, how long it was and between which looks', () => {
  const comparison = new Comparison(0.001)
  for (let t = 0; t < 100; t++) expect(comparison.look(looks(30e-6, t))).toBeUndefined()
  const jump = comparison.look(looks(30e-6, 100, 4.3))!
  expect(Math.abs(jump.size - 4.3)).toBeLessThan(jump.uncertainty)
  expect(jump.uncertainty).toBeLessThan(0.001)
  expect(jump.during).toEqual({ from: looks(0, 99).at, to: looks(0, 100).at })
  expect(comparison.look(looks(30e-6, 101, 4.3))).toBeUndefined()
  expect(comparison.look(looks(30e-6, 102, 1.3))!.size).toBeCloseTo(-3, 3)
})

it('takes no rate for a jump, nor a rate that wanders', () => {
  fc.assert(
    fc.property(fc.double({ min: -4e-3, max: 4e-3, noNaN: true }), rate => {
      const comparison = new Comparison(0.001)
      let elapsed = 0
      for (let t = 0; t < 5000; t++) {
        elapsed += 1 + rate + 50e-6 * Math.sin(t / 500)
        expect(comparison.look({ ...looks(0, t), elapsed })).toBeUndefined()
      }
    }),
    { numRuns: 20 },
  )
})
