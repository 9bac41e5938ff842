/** An offset that is slewed away for an hour, by an ntpd that may not step. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const row = (at: number, offset: number) =>
  [1, 2, 3].map(
    server =>
      `61557 ${at + server}.010 192.0.2.${server} 963a ${offset.toFixed(9)} 0.010000000 0.001000000 0.000020000`,
  )
const quiet = (from: number, to: number) =>
  Array.from({ length: (to - from) / 256 }, (_, i) => row(from + 256 * i, 1e-5 * Math.sin(i))).flat()
/** 0.9 s at 250 ppm. */
const slew = (from: number) =>
  Array.from({ length: 15 }, (_, i) => row(from + 256 * i, 0.9 - 250e-6 * 256 * i)).flat()
const lines = [...quiet(64, 40_000), ...slew(40_064)]

const found = (...all: readonly string[]) => explain(...all).findings.map(({ name }) => name)

test('one that steps by less than ten minutes, again and again, does not run with -x', () => {
  expect(found(...lines)).toContain('slew-cannot-catch-up')
  const steps = ['01', '02', '03'].map(hour => `31 May ${hour}:00:00 ntpd[1]: time reset +0.412345 s`)
  expect(found(...steps, ...lines)).not.toContain('slew-cannot-catch-up')
})

test('a part that is gone between two measurements was stepped, and what stays after it is no slew', () => {
  const stands = (from: number, to: number, offset: number) =>
    Array.from({ length: (to - from) / 256 }, (_, i) => row(from + 256 * i, offset)).flat()
  const parts = [...stands(40_064, 41_088, 0.9), ...stands(40_835, 43_139, 0.48), ...quiet(43_144, 50_056)]
  expect(found(...quiet(64, 40_000), ...parts)).not.toContain('slew-cannot-catch-up')
})

test('a frequency at its limit while all is slewed costs no saw-tooth: nothing is stepped', () => {
  const update = (at: number, offset: number, frequency: number) =>
    `61557 ${at}.010 ${offset.toFixed(9)} ${frequency.toFixed(3)} 0.000020000 0.100000 6`
  const loop = [
    ...Array.from({ length: 150 }, (_, i) => update(64 + 256 * i, 0, 10)),
    ...Array.from({ length: 15 }, (_, i) => update(40_066 + 256 * i, 0.9 - 250e-6 * 256 * i, 500)),
  ]
  const saturated = explain(...lines, ...loop).findings.find(({ name }) => name === 'frequency-saturated')!
  expect(saturated.cost).toMatch(/^Nothing is stepped/)
})

const slewed = (...all: readonly string[]) =>
  explain(...all).findings.find(({ name }) => name === 'slew-cannot-catch-up')!

test('where a log goes on and shows that nothing is left it took so long; where it ends, there is something left', () => {
  const gone = slewed(...lines, ...quiet(44_000, 60_000))
  expect(gone.what).toMatch(
    / took 5\d min until less than 128 ms of 900 ms were left to slew, at 2(49|50)\.\d ppm\.$/,
  )
  expect(gone.measures).toMatchObject({ left: 0, timeLeft: 0 })
  const ends = slewed(...lines.slice(0, -15))
  // After 9 of 15 polls: 324 ms, at 250 ppm.
  expect(ends.what).toMatch(/ 324 ms are left after 38 min, which take 22 min more\.$/)
})

const tracked = (at: number, offset: number, left: number, server = '192.0.2.1', stratum = 2) =>
  `2027-06-01 ${new Date(at * 1e3).toISOString().slice(11, 19)} ${server.padEnd(15)} ${stratum}     11.040      0.032 ${offset.toExponential(3).replace(/e([+-])(\d)$/, 'e$10$2')} ${stratum ? 'N' : '?'}  4  6.098e-04 ${left.toExponential(3).replace(/e([+-])(\d)$/, 'e$10$2')}  2.122e-02  8.415e-04  1.253e-02`

/**
 * A pause of one second at maxslewrate 100, of chronyd 4.3 in clknetsim: its first rows are lines through measurements from before and
 * after.
 */
const SETTLES = [
  [29_034, 8.918e-6, 0],
  [29_174, -0.8411, -9.305e-5],
  [29_240, -0.1249, 0.8344],
  [29_305, -0.1064, 0.9529],
  [29_340, 7.363e-2, 1.056],
  [29_404, -2.971e-4, 0.9758],
] as const

test('of chronyd it is as large as the jump, and not as its first row after that', () => {
  const every64 = (from: number, to: number, left: (at: number) => number) =>
    Array.from({ length: Math.floor((to - from) / 64) }, (_, i) => {
      const at = from + 64 * i
      return tracked(at, 1e-5 * Math.sin(i), left(at))
    })
  const found = slewed(
    ...every64(60, 28_900, () => 1e-6),
    ...SETTLES.map(([at, offset, left]) => tracked(at, offset, left)),
    ...every64(29_468, 60_000, at => Math.max(1e-6, 0.9758 - 100e-6 * (at - 29_404))),
  )
  expect(Math.abs(found.measures.size! - 1)).toBeLessThan(0.01)
  expect(found.measures.pace! * 1e6).toBeGreaterThan(98)
  expect(found.measures.pace! * 1e6).toBeLessThan(102)
  // One second less 128 ms at 100 ppm, and the minutes that it waited.
  expect(found.what).toMatch(/ took 2\.[45] h until less than 128 ms of 999 ms were left to slew/)
})
