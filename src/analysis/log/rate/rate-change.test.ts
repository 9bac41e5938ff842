/** A rate that changed at once, and what it is told from. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'
import type { Bucket } from '../statistics/envelope.ts'
import type { Summary } from '../statistics/windows.ts'
import { ranAway, ranAwayAt, rateChangeOf } from './rate-change.ts'

const MINUTE = 60

/** The correction in each minute of five hours. */
const corrected = (of: (at: number) => number): Bucket[] =>
  Array.from({ length: 300 }, (_, i) => {
    const value = of(i * MINUTE) + 1e-7 * Math.sin(7 * i)
    return { from: i * MINUTE, to: (i + 1) * MINUTE, first: value, last: value, min: value, max: value }
  })

test('to another host, and what is no change at once', () => {
  const change = rateChangeOf(corrected(at => (at < 9000 ? -10e-6 : -210e-6)))!
  expect(change.before).toBeCloseTo(-10e-6, 6)
  expect(change.after).toBeCloseTo(-210e-6, 6)
  expect(Math.abs(change.from - 9000)).toBeLessThanOrEqual(MINUTE)
  expect(Math.abs(change.to - 9000)).toBeLessThanOrEqual(MINUTE)
  // A start, weather, a crystal, and an error that was learned and unlearned.
  expect(rateChangeOf(corrected(at => (at < 1200 ? 0 : -210e-6)))).toBeUndefined()
  expect(rateChangeOf(corrected(at => -at * 1e-8))).toBeUndefined()
  expect(rateChangeOf(corrected(at => (at < 9000 ? -10e-6 : -25e-6)))).toBeUndefined()
  expect(rateChangeOf(corrected(at => (at > 9000 && at < 9600 ? 400e-6 : 0)))).toBeUndefined()
  expect(rateChangeOf([])).toBeUndefined()
})

/** measurements.log and tracking.log of a clock that gains 400 ppm more from three o'clock on; chronyd knows it half an hour later, and slews. */
function changing(pause: number): string[] {
  const [since, known, poll] = [10_800, 12_900, 1024]
  const lines: string[] = []
  const stamp = (at: number) =>
    new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
  for (let at = 0; at < 36_000; at += at > since + poll && at < known + 2400 ? 64 : poll)
    for (const server of [1, 2, 3]) {
      const most = -400e-6 * (known - since)
      const away =
        at < known ? -400e-6 * Math.max(0, at - since) : most * Math.max(0, 1 - (at - known) / 2400)
      const offset = away + (at > 25_000 && at < 29_500 ? pause : 0) + 1e-5 * Math.sin(at)
      lines.push(
        `${stamp(at + server)} 192.0.2.${server}     N  2 111 111 1111  10 10 0.00  ${offset.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`,
      )
    }
  for (let at = 0; at < 36_000; at += 512) {
    const frequency = at < known ? 10 : 410
    lines.push(
      `${stamp(at + 5)} 192.0.2.1     3    ${frequency.toFixed(3)}     0.010  1.000e-05 N  3  1.000e-05  1.000e-05  1.000e-02  1.000e-03  1.000e-02`,
    )
  }
  return lines
}

test('until it is learned the clock runs away, and nobody has set it', () => {
  const { findings } = explain(...changing(0))
  expect(findings.map(({ name }) => name)).toEqual(['frequency-far-off'])
  expect(findings[0]!.measures.change).toBeCloseTo(400e-6, 6)
  expect(findings[0]!.what).toContain('gained 10.000 ppm before, and gained 410.0 ppm since then')
})

test('a pause hours later is one', () => {
  const names = explain(...changing(2)).findings.map(({ name }) => name)
  expect(names).toContain('frequency-far-off')
  expect(names).toContain('vm-paused')
})

test('a clock that no crystal explains is worth a note, as long as it is held', () => {
  const held = (frequency: number) => {
    const lines: string[] = []
    for (let at = 0; at < 36_000; at += 512)
      lines.push(
        `${new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')} 192.0.2.1     3    ${frequency.toFixed(3)}     0.010  1.000e-05 N  3  1.000e-05  1.000e-05  1.000e-02  1.000e-03  1.000e-02`,
      )
    return explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)
  }
  expect(held(-400)).toEqual(['note frequency-far-off', 'good good'])
  expect(held(90)).toEqual(['good good'])
  expect(held(600)).toEqual(['warning frequency-far-off'])
})

/** tracking.log alone: from some hour on the clock gains 450 ppm more, chronyd gives up between the first two words of it, and knows the rate after half an hour. */
function tracked(): string[] {
  const [since, poll] = [21_600, 256]
  const line = (at: number, frequency: number, offset: number, source = '192.0.2.1', remaining = 0) =>
    `${new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')} ${source.padEnd(15)} ${source === '0.0.0.0' ? '  0' : '  2'} ${frequency.toFixed(3).padStart(10)} ${'0.039'.padStart(10)} ${offset.toExponential(3).padStart(10)} N  2  8.408e-04 ${remaining.toExponential(3).padStart(10)}  1.038e-02  1.605e-04  5.667e-03`
  const right = (from: number, frequency: number) =>
    Array.from({ length: 80 }, (_, i) => line(from + poll * i, frequency, 2e-5 * Math.sin(i)))
  return [
    ...right(since - 80 * poll, -48),
    line(since + 80, -48, 0.0258),
    line(since + 300, -48, 0, '0.0.0.0'),
    line(since + 305, -48, 0.0669),
    ...[0.0844, 0.1463, 0.151].map((offset, i) => line(since + 520 + poll * i, -48, offset)),
    line(since + 520 + 3 * poll, 51, 0.1315),
    line(since + 520 + 4 * poll, 403, 0.0905),
    ...right(since + 520 + 5 * poll, 403),
  ]
}

test('of what chronyd corrects until it knows the rate, and of what it gave up, nothing is a step', () => {
  const { disturbances, findings } = explain(...tracked())
  expect(disturbances).toEqual([])
  expect(findings.map(({ name }) => name)).toEqual(['frequency-far-off'])
})

test('of ntpd two sources see a part of it each, and its filters show it late', () => {
  const change = { from: 5000, to: 5000, before: -12e-6, after: 381e-6, held: 90_000 }
  // Of 400 ppm that began 3000 s before, seen by both in the same 22 s.
  const seen = { size: 1.2, uncertainty: 0.1, local: { from: 3400, to: 3422 } }
  expect(ranAway({ ...seen, seenIn: 2080 }, change, 0)).toBe(true)
  expect(ranAway({ ...seen, size: 3, seenIn: 2080 }, change, 0)).toBe(false)
  expect(ranAway({ ...seen, seenIn: 64 }, change, 0)).toBe(false)
})

const held = corrected(() => -12e-6)
const rates = (mean: number, ...at: number[]): Summary[] =>
  at.map(from => ({ from, to: from, count: 1, mean, rms: 0, deviation: 0, least: mean, most: mean }))

test('a clock that jumps again and again keeps its rate from one jump to the next', () => {
  const ramps = rates(400e-6, 9000, 10_000, 11_000, 12_000, 13_000, 14_000, 15_000)
  const [apart, before] = [rates(1e-6, 9500, 11_500, 13_500), rates(1e-6, 1000, 3000, 5000)]
  expect(ranAwayAt(ramps, held, apart)).toBeUndefined()
  expect(ranAwayAt(ramps, held, before)?.after).toBeCloseTo(388e-6, 6)
})

test('a clock that was moved away and back ran away twice, to either side: the first of them is told', () => {
  const away = rates(-90e-6, 9000, 10_000, 11_000, 12_000, 13_000, 14_000)
  const back = rates(90e-6, 15_000, 15_500, 16_000, 16_500, 17_000, 17_500)
  const change = ranAwayAt([...away, ...back], held, [])
  expect(change).toMatchObject({ from: 9000, held: 14_000 + 3600 })
  expect(change?.after).toBeCloseTo(-102e-6, 6)
})
