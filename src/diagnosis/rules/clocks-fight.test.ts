/** A clock that something sets forward by one amount again and again, and whose daemon takes too much of it back each time. */
import { expect, test } from 'vitest'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { oscillationOf } from '#analysis/log/swings/oscillation.ts'
import { explain } from '../../../test/support/explain.ts'
import { isOfRegular, regularJumps } from './regular.ts'

const stamp = (at: number) =>
  new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
const noise = (at: number) => 2e-5 * Math.sin(at)

const tracked = (at: number, offset: number) =>
  `${stamp(at)} 192.0.2.1          2      4.196      0.148 ${(-offset).toExponential(3).padStart(10)} N  1  2.063e-02  1.978e-06  6.938e-04  2.070e-02  4.049e-04`
const measured = (at: number, server: number, offset: number) =>
  `${stamp(at)} 192.0.2.${server}     N  2 111 111 1111   6  6 1.00  ${offset.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`

/** What chronyd corrects of it in some updates: the last go back. */
const SHARES = [0.4, 0.35, 0.3, 0.15, 0.05, -0.25]

/** tracking.log, an update in each 64 s: the clock is set forward in each of `every` of them. */
const updates = (size: number, every: number) =>
  Array.from({ length: 36 * every }, (_, i) => {
    const share = i < 6 * every ? 0 : (SHARES[i % every] ?? 0)
    return tracked(64 * i, -size * share + noise(i))
  })

test.each([
  ['that is small', 0.09, 34],
  ['that is wrong for half of the time', 0.3, 11],
])('is fought for by two, as tracking.log alone tells of one %s', (_, size, every) => {
  const { findings } = explain(...updates(size, every))
  expect(findings.map(({ name }) => name)).toEqual(['clocks-fight'])
  expect(findings[0]!.measures.size).toBeCloseTo(-size, 3)
  expect(findings[0]!.measures.every).toBeCloseTo(64 * every, -2)
})

test('one that is small, and once, is no trouble', () => {
  const once = Array.from({ length: 1300 }, (_, i) =>
    tracked(64 * i, -0.09 * (SHARES[i - 600] ?? 0) + noise(i)),
  )
  expect(explain(...once).findings.map(({ name }) => name)).toEqual(['good'])
})

/** measurements.log of four servers, and tracking.log; two are asked now and then only when chronyd has taken it back. */
function ofFour(): string[] {
  const every = 704
  return Array.from({ length: 1200 }, (_, i) => 64 * i).flatMap(poll => {
    const passed = poll < 10 * every ? every : Math.floor((poll % every) / 64)
    const away = -0.3 * ([1, -0.25][passed] ?? 0)
    const late = Math.floor(poll / every) % 3 === 0
    return [
      ...[1, 2, 3, 4].map(server => {
        const at = poll + 10 * server
        return measured(at, server, (late && server > 2 ? 0 : away) + noise(at))
      }),
      tracked(poll + 45, passed === 0 ? -0.375 : passed === 1 ? 0.075 : noise(poll)),
    ]
  })
}

test('swings by what is corrected too much, which is no oscillation; and a size that some sources show is no jump of theirs', () => {
  const names = explain(...ofFour()).findings.map(({ name }) => name)
  expect(names).toContain('clocks-fight')
  expect(names).not.toContain('growing-oscillation')
  expect(names).not.toContain('source-jumped')
})

/** rawstats: ntpd takes away a tenth of a second, and goes on beyond zero by what its filter still held. */
function goingOn(): string[] {
  const lines: string[] = []
  for (let i = 0; i < 1200; i++) {
    const [at, phase] = [64 * i, i % 40]
    const offset =
      i < 80 || phase > 12
        ? 0
        : [-0.12, -0.12, -0.119, -0.11, -0.06, -0.03, -0.003, 0.045, 0.06, 0.05, 0.03, 0.01, 0][phase]!
    const out = 3_813_000_000 + at
    const [there, back] = [out + 1e-4 + offset + noise(i), out + 2e-4]
    lines.push(
      `61469 ${at}.000 192.0.2.1 192.0.2.9 ${out.toFixed(9)} ${there.toFixed(9)} ${there.toFixed(9)} ${back.toFixed(9)}`,
    )
  }
  return lines
}

test('what ntpd takes away too much of it is no pause', () => {
  const { disturbances, findings } = explain(...goingOn())
  expect(disturbances.length).toBeGreaterThan(20)
  expect(Math.max(...disturbances.map(({ size }) => size))).toBeLessThan(0)
  expect(findings.map(({ name }) => name)).not.toContain('vm-paused')
})

const jump = (size: number, uncertainty: number, i: number): Disturbance => ({
  from: 700 * i,
  to: 700 * i + 60,
  local: { from: 700 * i, to: 700 * i + 60 },
  size,
  uncertainty,
  before: 0,
  moved: 'not known',
  sources: [0],
  lines: [],
  restarted: false,
})

test('of jumps of one size one that is not known well may be another', () => {
  const all = Array.from({ length: 20 }, (_, i) => (i === 7 ? jump(-0.23, 0.11, i) : jump(-0.3, 0.003, i)))
  expect(regularJumps(all)!.all).toHaveLength(20)
  expect(regularJumps(all.with(7, jump(-0.23, 0.01, 7)))!.all).toHaveLength(19)
})

test('jumps at one moment of each hour are those of a job, also where one comes on top of the last', () => {
  const hourly = (every: number) =>
    Array.from({ length: 20 }, (_, i) => {
      const at = 1800 + every * i
      const span = { from: at - ((i * 370) % 900), to: at - ((i * 370) % 900) + 900 }
      return { ...jump(-0.25, 0.01, i), ...span, local: span, before: i === 9 ? -0.25 : 0 }
    })
  expect(regularJumps(hourly(3600))).toMatchObject({ moved: 'wall clock', every: 3600, atRoundTimes: true })
  expect(regularJumps(hourly(3333))).toMatchObject({ moved: 'machine', atRoundTimes: false })
})

test('what one source alone shows of them at that moment is no jump of its own', () => {
  const all = Array.from({ length: 20 }, (_, i) => {
    const span = { from: 1700 + 3600 * i, to: 1900 + 3600 * i }
    // Of some hours nothing was seen.
    return i % 5 === 3 ? [] : [{ ...jump(-0.35, 0.01, i), ...span, local: span }]
  }).flat()
  const regular = regularJumps(all)!
  const alone = (from: number, size: number) =>
    isOfRegular({ ...jump(size, 0.01, 0), local: { from, to: from + 1000 } }, regular)
  // Two of them at once, one that was not seen otherwise, and what was taken back.
  for (const [from, size] of [
    [3600 * 7 + 1000, -0.71],
    [3600 * 8 + 1000, -0.35],
    [3600 * 9 + 1000, 0.34],
  ] as const)
    expect(alone(from, size)).toBe(true)
  // Half an hour later, after the last, and far more.
  for (const [from, size] of [
    [3600 * 7 + 2800, -0.35],
    [3600 * 30 + 1000, -0.35],
    [3600 * 7 + 1000, -5],
  ] as const)
    expect(alone(from, size)).toBe(false)
})

test('nor is it one where not all of them are seen as jumps', () => {
  const polls = Array.from({ length: 1200 }, (_, i) => {
    const away = i < 70 ? 0 : -0.3 * [1, 0.7, 0.4, -0.3, -0.25, -0.2, 0][i % 7]!
    return measured(64 * i, 1, away + noise(i))
  })
  const some = Array.from({ length: 50 }, (_, i) => {
    const span = { from: 64 * (69 + 21 * i), to: 64 * (70 + 21 * i) }
    return { ...jump(-0.3, 0.003, i), ...span, local: span }
  })
  expect(oscillationOf(explain(...polls).log, 'chrony', some, [])).toBeUndefined()
})

/** rawstats: ntpd sets back what was set forward, and has learned from it to slow the clock by 70 ppm. */
function setBack(): string[] {
  return Array.from({ length: 1300 }, (_, i) => {
    const [at, phase] = [64 * i, i % 20]
    const offset = i < 100 ? 0 : 70e-6 * 64 * phase - (phase < 4 ? 0.3 : 0)
    const out = 3_813_000_000 + at
    const there = out + 1e-4 + offset + noise(i)
    return `61469 ${at}.000 192.0.2.1 192.0.2.9 ${out.toFixed(9)} ${there.toFixed(9)} ${there.toFixed(9)} ${(out + 2e-4).toFixed(9)}`
  })
}

test('a clock that is set back each time does not lose by itself', () => {
  const names = explain(...setBack()).findings.map(({ name }) => name)
  expect(names).toContain('clocks-fight')
  expect(names).not.toContain('frequency-far-off')
})

/** rawstats: ntpd has learned to slow the clock by so much as it is set forward by, each 640 s, and comes to zero on the average. */
function learned(): string[] {
  return Array.from({ length: 1300 }, (_, i) => {
    const [at, phase] = [64 * i, i % 10]
    const offset = Math.min(1, i / 200) * (0.014 * phase - 0.063 + 0.02 * Math.sin(i / 30))
    const out = 3_813_000_000 + at
    const there = out + 1e-4 + offset + noise(i)
    return `61469 ${at}.000 192.0.2.1 192.0.2.9 ${out.toFixed(9)} ${there.toFixed(9)} ${there.toFixed(9)} ${(out + 2e-4).toFixed(9)}`
  })
}

test('what comes back slowly from one poll to the next, and is gone at once, is no swing', () => {
  const { findings } = explain(...learned())
  expect(findings.map(({ name }) => name)).toContain('clocks-fight')
  expect(findings.map(({ name }) => name)).not.toContain('growing-oscillation')
  expect(findings.find(({ name }) => name === 'clocks-fight')!.measures.every).toBeCloseTo(640, -2)
})
