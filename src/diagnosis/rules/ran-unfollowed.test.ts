/** By tracking.log alone: how far the clock went while chronyd followed nobody, at the rate that it had learned before. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
const stamp = (at: number) =>
  new Date(Date.UTC(2027, 2, 5) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
const row = (at: number, ppm: number, offset: number) =>
  `${stamp(at)} 192.0.2.1        2 ${ppm.toFixed(3).padStart(10)}      0.050 ${offset.toExponential(3).padStart(10)} N  3  3.712e-04  1.305e-06  1.744e-02  2.733e-03  1.055e-02`
const nobody = (at: number, ppm: number) =>
  `${stamp(at)} 0.0.0.0          0 ${ppm.toFixed(3).padStart(10)}      0.050  0.000e+00 ?  0  0.000e+00  1.305e-06  1.744e-02  2.733e-03  1.055e-02`

/** For hours it follows somebody each 512 s; then nobody for 20 h. */
const log = (off: number, rateAfter: number) => [
  ...Array.from({ length: 40 }, (_, i) => row(512 * i, 13.477, 1e-4 * Math.sin(i))),
  nobody(6 * HOUR, 13.477),
  row(26 * HOUR, rateAfter, off),
  ...Array.from({ length: 40 }, (_, i) => row(26 * HOUR + 512 * (i + 1), rateAfter, 1e-4 * Math.sin(i))),
]
const told = (lines: readonly string[]) => explain(...lines).findings.map(({ name }) => name)

test('what it corrects otherwise since then had been wrong before: nobody set the clock', () => {
  // 11.6 ppm in 20 h.
  const { findings } = explain(...log(0.835, 25.077))
  expect(findings.map(({ name }) => name)).toEqual(['sources-lost'])
  expect(findings[0]!.what).toMatch(/, and the clock was wrong by 835 ms then\.$/)
  expect(findings[0]!.measures.size).toBeCloseTo(-0.835, 3)
})

test('a rate that is as before explains nothing', () => {
  expect(told(log(0.835, 13.477))).toContain('stepped-by-someone-else')
  expect(told(log(-3, 13.477))).toContain('vm-paused')
  // It went further than that rate takes it, or to the other side.
  expect(told(log(5, 25.077))).toContain('stepped-by-someone-else')
  expect(told(log(-0.835, 25.077))).toContain('vm-paused')
})
