/** A clock that drifts, and that somebody sets right again and again, as a table of its offsets shows it. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const START = 1_804_204_800
const noise = (i: number) => 5e-4 * Math.sin(i * i)

/** A row in each minute of a day; the clock loses `rate`, and is set right after each of these times. */
function drifts(rate: number, sets: readonly number[], also: (at: number) => number = () => 0): string[] {
  const rows = Array.from({ length: 1440 }, (_, i) => {
    const at = 60 * i + 7
    const since = Math.max(0, ...sets.filter(set => set <= at))
    return `${START + at},${(rate * (at - since) + also(at) + noise(i)).toFixed(6)}`
  })
  return ['time,offset', ...rows]
}
const hourly = Array.from({ length: 23 }, (_, i) => 3600 * (i + 1))
const namesOf = (lines: readonly string[]) =>
  explain(...lines)
    .findings.filter(({ severity }) => severity !== 'note')
    .map(({ name }) => name)

test.each([
  ['more than a crystal drifts', 200e-6],
  ['as a crystal drifts', 50e-6],
])('is told with its size, its rhythm and its rate: %s', (_, rate) => {
  const [set, ...others] = explain(...drifts(rate, hourly)).findings.filter(
    ({ severity }) => severity !== 'note',
  )
  expect(others).toEqual([])
  expect(set).toMatchObject({ name: 'clocks-fight', measures: { count: 23 } })
  // Between two rows it loses a minute's part of it.
  expect(set!.measures.size! / (-3600 * rate)).toBeCloseTo(1, 1)
  expect(set!.measures.every! / 3600).toBeCloseTo(1, 2)
  expect(set!.measures.frequencyError! / -rate).toBeCloseTo(1, 1)
  expect(set!.what).toContain('nothing else corrected')
})

test('at no round times each of them is told, and not that nothing corrects it', () => {
  const { findings } = explain(...drifts(100e-6, [15_000, 41_000, 60_000]))
  const set = findings.filter(({ name }) => name === 'stepped-by-someone-else')
  expect(set.map(({ measures }) => measures.size!.toFixed(1))).toEqual(['-1.5', '-2.6', '-1.9'])
  expect(findings.map(({ name }) => name)).not.toContain('never-corrected')
})

test('which nobody does any more is never corrected from then on', () => {
  expect(namesOf(drifts(100e-6, [5000, 12_000, 20_000]))).toContain('never-corrected')
})

test('that gains is set back', () => {
  const set = explain(...drifts(-100e-6, [15_000, 41_000, 60_000])).findings.filter(
    ({ name }) => name === 'stepped-by-someone-else',
  )
  expect(set.map(({ measures }) => measures.size!.toFixed(1))).toEqual(['1.5', '2.6', '1.9'])
})

test('what is taken back of jumps is no set of its own', () => {
  const jumps = [10_000, 30_000, 50_000, 70_000]
  const away = (at: number) => (jumps.some(jump => at >= jump && at < jump + 1800) ? 0.5 : 0)
  expect(namesOf(drifts(0, [], away))).not.toContain('clocks-fight')
  expect(explain(...drifts(0, [], away)).disturbances.every(({ size }) => size > 0)).toBe(true)
})

test('a drift that nobody corrects is that', () => {
  expect(namesOf(drifts(100e-6, []))).toEqual(['never-corrected'])
})

const stamp = (at: number) => new Date((START + at) * 1e3).toISOString().slice(0, 19).replace('T', ' ')

/** chronyd -x: it measures against what it has corrected in its head, and writes what is left to correct. */
function watched(rate: number, held: number): string[] {
  const rows = Array.from({ length: 1350 }, (_, i) => {
    const at = 64 * i
    const fresh = i > 0 && Math.floor(at / 3600) > Math.floor((at - 64) / 3600)
    const off = fresh ? -3600 * rate : 0
    const measured = [1, 2, 3].map(
      server =>
        `${stamp(at + server)} 192.0.2.${server}     N  2 111 111 1111   6  6 1.00  ${(off + noise(i + server) / 20).toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`,
    )
    return [
      ...measured,
      `${stamp(at + 5)} 192.0.2.1          2 ${(-held * 1e6).toFixed(3).padStart(10)}      0.148 ${off.toExponential(3).padStart(10)} N  3  2.063e-02  1.978e-06  6.938e-04  2.070e-02  4.049e-04`,
    ]
  })
  const line = `${new Date(START * 1e3).toISOString().slice(0, 19)}Z`
  return [
    `${line} chronyd version 4.3 starting (+CMDMON +NTP)`,
    `${line} Disabled control of system clock`,
    ...rows.flat(),
  ]
}

test('while chronyd only watches it takes nothing back', () => {
  const { findings } = explain(...watched(50e-6, 50e-6))
  const [set] = findings.filter(({ name }) => name === 'clocks-fight')
  expect(set!.what).toContain('nothing else corrected')
  expect(findings.map(({ name }) => name)).not.toContain('never-corrected')
})

test('where the clock had not lost what it is set by, chronyd that only watches is said to do that', () => {
  const { findings } = explain(...watched(50e-6, 5e-6))
  const [set] = findings.filter(({ name }) => name === 'clocks-fight')
  expect(set!.what).toContain('chronyd 4.3 only watches')
})
