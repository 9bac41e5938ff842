/** The steadiness of a log against what its rows say one by one, for the kinds of noise that clocks have. */
import { describe, expect, test } from 'vitest'
import { modifiedAllanDeviation } from '../../stability.ts'
import { wanderOf } from './wander.ts'
import { Windows } from './windows.ts'

const ROWS = 8000

/** Reproducible, about Gaussian. */
function gaussian(seed: number): () => number {
  let state = seed
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  return () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, 0)
}

const summed = (values: readonly number[]): number[] => {
  let sum = 0
  return values.map(value => {
    sum += value
    return sum
  })
}

function noises(seed: number): { readonly name: string; readonly error: readonly number[] }[] {
  const next = gaussian(seed)
  const white = Array.from({ length: ROWS }, () => 1e-9 * next())
  return [
    { name: 'white noise of the time', error: white },
    { name: 'white noise of the frequency', error: summed(white) },
    { name: 'a frequency that walks', error: summed(summed(white)) },
  ]
}

/** By the definitions (NIST SP 1065, 5.2.2; ITU-T G.810), step by step. */
function allanOf(error: readonly number[], n: number): number {
  let [sum, count] = [0, 0]
  for (let i = 0; i + 2 * n < error.length; i++) {
    sum += (error[i + 2 * n]! - 2 * error[i + n]! + error[i]!) ** 2
    count++
  }
  return Math.sqrt(sum / (2 * count)) / n
}

function mtieOf(error: readonly number[], n: number): number {
  let most = 0
  for (let i = 0; i + n < error.length; i++) {
    const part = error.slice(i, i + n + 1)
    most = Math.max(most, Math.max(...part) - Math.min(...part))
  }
  return most
}

function windowsOf(at: readonly number[], offsets: readonly number[]): Windows {
  const windows = new Windows()
  // In blocks, as logs are read.
  for (let i = 0; i < at.length; i += 700)
    windows.add(
      Float64Array.from(at.slice(i, i + 700)),
      Float64Array.from(offsets.slice(i, i + 700)),
      Math.min(700, at.length - i),
    )
  return windows
}
const seconds = Array.from({ length: ROWS }, (_, i) => i)

describe.each(noises(5))('$name', ({ error }) => {
  const { points } = wanderOf(windowsOf(seconds, error))!
  const some = points.filter(({ time }) => time <= 128)

  test('has the Allan deviation of its rows', () => {
    expect(some.length).toBeGreaterThan(3)
    // Of fewer differences than all that overlap: three sigma.
    for (const { time, allan, uncertainty } of some)
      expect(Math.abs(allan! / allanOf(error, time) - 1)).toBeLessThan(3 * uncertainty)
  })

  test('has their modified deviation', () => {
    for (const { time, modifiedAllan, uncertainty } of some) {
      const whole = modifiedAllanDeviation({ error: Float64Array.from(error), step: 1 }, time)
      expect(Math.abs(modifiedAllan / whole - 1)).toBeLessThan(3 * uncertainty)
    }
  })

  test('has their MTIE, or a little less: an interval begins with a window', () => {
    for (const { time, mtie } of some) {
      const whole = mtieOf(error, time)
      expect(mtie! / whole).toBeLessThanOrEqual(1)
      expect(mtie! / whole).toBeGreaterThan(0.75)
    }
  })

  test('a steady drift on top of it does not matter to the Allan deviation, however unevenly the rows come', () => {
    const next = gaussian(9)
    const at = seconds.map(second => 16 * second + 3 * Math.max(-1, Math.min(1, next())))
    const of = (rate: number) =>
      wanderOf(
        windowsOf(
          at,
          error.map((value, i) => value + rate * at[i]!),
        ),
      )!.points
    const [still, drifting] = [of(0), of(50e-6)]
    for (const [i, { allan }] of still.entries()) {
      if (allan === undefined) continue
      expect(drifting[i]!.allan! / allan).toBeCloseTo(1, 3)
    }
  })
})

test('where rows come too unevenly for a time, nothing is told of it under these names', () => {
  const next = gaussian(3)
  const at: number[] = []
  for (let time = 0; at.length < 2000; time += 64 * (1 + Math.abs(next()))) at.push(time)
  const { points } = wanderOf(
    windowsOf(
      at,
      at.map(() => 1e-6 * next()),
    ),
  )!
  expect(points[0]).toMatchObject({ allan: undefined, mtie: undefined })
  expect(points[0]!.modifiedAllan).toBeGreaterThan(0)
  expect(points.at(-1)!.allan).toBeGreaterThan(0)
  expect(points.at(-1)!.mtie).toBeGreaterThan(0)
})
