import { expect, test } from 'vitest'
import { Oscillator, type OscillatorConfig } from './oscillator.ts'
import { Random } from './random.ts'
import { trueTime } from './true-time.ts'

const counter = (config: OscillatorConfig) => new Oscillator(config, new Random(1))
const lead = (config: OscillatorConfig, at: number) => counter(config).read(trueTime(at)) / 1e9 - at

test('ageing adds up: half the rate of change times the square of the time', () => {
  expect(lead({ ageing: 1e-12 }, 86_400)).toBeCloseTo(0.5e-12 * 86_400 ** 2, 6)
})

test('a cycle that grows begins from nothing, and anew', () => {
  const growing = { temperature: { amplitude: 150e-6, period: 7200, grows: 30_000 } }
  const frequencyAt = (at: number) => {
    const oscillator = counter(growing)
    oscillator.read(trueTime(at))
    return oscillator.frequencyError
  }
  expect(Math.abs(frequencyAt(1800))).toBeCloseTo(150e-6 * (1800 / 30_000), 9)
  expect(Math.abs(frequencyAt(23_400))).toBeCloseTo(150e-6 * (23_400 / 30_000), 9)
  expect(Math.abs(frequencyAt(30_600))).toBeLessThan(150e-6 * (601 / 30_000))
})

test('lost ticks slow a clock down, and compensating them twice speeds it up as much', () => {
  const ticks = { hz: 1000, lost: 0.05 }
  expect(lead({ ticks }, 1000)).toBeCloseTo(-50, 0)
  expect(lead({ ticks: { ...ticks, compensation: 2 } }, 1000)).toBeCloseTo(50, 0)
  expect(lead({ ticks: { ...ticks, changes: [{ at: 500, lost: 0 }] } }, 1000)).toBeCloseTo(-25, 0)
})

test.each([
  { hz: 100, lost: 0.0004 },
  { hz: 1000, lost: 0.0001 },
  { hz: 1000, lost: 0.001 },
  { hz: 1, lost: 0.25 },
  { hz: 100, lost: 0.9995 },
  { hz: 1000, lost: 0.02 },
  { hz: 1000, lost: 0.4 },
  { hz: 100, lost: 1 },
])(
  'of $hz ticks a second a day loses the part $lost, whether that is one now and then or most of them',
  ticks => {
    const gone = -lead({ ticks }, 86_400)
    const deviation = Math.sqrt((86_400 / ticks.hz) * ticks.lost * (1 - ticks.lost))
    // Five deviations of a binomial number of a day's ticks: one in two million.
    expect(Math.abs(gone - 86_400 * ticks.lost)).toBeLessThan(5 * deviation + 1e-3)
  },
)

test('a jumping counter jumps at its seconds, and an alarm does not sleep through it', () => {
  const jumps = { every: 180, size: 57.4, first: 89 }
  expect(lead({ jumps }, 88.9)).toBeCloseTo(0, 6)
  expect(lead({ jumps }, 89)).toBeCloseTo(57.4, 6)
  expect(lead({ jumps }, 269)).toBeCloseTo(2 * 57.4, 6)
  const oscillator = counter({ jumps })
  oscillator.read(trueTime(80))
  expect(oscillator.timeFor(20)).toBeCloseTo(9, 6)
  expect(oscillator.timeFor(5)).toBeCloseTo(5, 6)
})

test('what it would have jumped by while it was paused is not made up for', () => {
  const oscillator = counter({ jumps: { every: 100, size: 5 } })
  oscillator.read(trueTime(50))
  oscillator.pause(trueTime(50))
  oscillator.resume(trueTime(350))
  expect(oscillator.read(trueTime(360))).toBe(60e9)
  expect(oscillator.read(trueTime(400))).toBe(105e9)
})
