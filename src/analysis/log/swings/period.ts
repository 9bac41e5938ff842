/**
 * The period of an oscillation, from a least-squares sine at each of many trial periods about a first guess: the one that
 * leaves least. Samples need not be evenly spaced, and gaps do no harm (Lomb and Scargle's periodogram).
 */
import type { Seconds } from '#core/time/units.ts'
import type { Bucket } from '../statistics/envelope.ts'

const TRIALS = 240
/** Trial periods lie within this factor of the guess. */
const SPAN = 1.6
/** Without a guess: trial frequencies in each one that the whole time can tell apart, and at most so many. */
const FINE = 4
const MOST_TRIALS = 4096
/** No daemon that polls each 64 s and more swings faster. */
const SHORTEST: Seconds = 600
/** That chance alone made it look so. */
const CHANCE = 1e-3

interface Point {
  readonly at: Seconds
  readonly offset: Seconds
}

export interface Rhythm {
  readonly period: Seconds
  /** The share of all that a sine of this period explains: of noise next to nothing. */
  readonly explained: number
}

export function refinePeriod(buckets: readonly Bucket[], guess: Seconds): Rhythm {
  const points = buckets.map(({ from, to, first, last }) => ({
    at: (from + to) / 2,
    offset: (first + last) / 2,
  }))
  let best = { power: 0, period: guess }
  for (let trial = 0; trial <= TRIALS; trial++) {
    const period = guess * SPAN ** ((2 * trial) / TRIALS - 1)
    const power = powerAt(points, (2 * Math.PI) / period)
    if (power > best.power) best = { power, period }
  }
  return { period: best.period, explained: best.power / totalOf(points) }
}

/** The period of a few points, where it is no chance that a sine goes through them. */
export function surePeriod(points: readonly Point[]): Seconds | undefined {
  const span = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0)
  const trials = Math.min(MOST_TRIALS, Math.floor((FINE * span) / SHORTEST))
  const total = totalOf(points)
  let best = { power: 0, period: Number.NaN }
  // At least three periods.
  for (let trial = 3 * FINE; trial <= trials; trial++) {
    const period = (FINE * span) / trial
    const power = powerAt(points, (2 * Math.PI) / period)
    if (power > best.power) best = { power, period }
  }
  const left = Math.max(0, 1 - best.power / total)
  return trials * left ** ((points.length - 3) / 2) < CHANCE ? best.period : undefined
}

const totalOf = (points: readonly Point[]): number =>
  points.reduce((sum, { offset }) => sum + offset * offset, 0)

function powerAt(points: readonly Point[], omega: number): number {
  const origin = points[0]?.at ?? 0
  let [cc, ss, cs, cy, sy] = [0, 0, 0, 0, 0]
  for (const { at, offset: y } of points) {
    const phase = omega * (at - origin)
    const [c, s] = [Math.cos(phase), Math.sin(phase)]
    cc += c * c
    ss += s * s
    cs += c * s
    cy += c * y
    sy += s * y
  }
  const determinant = cc * ss - cs * cs
  return determinant > 0 ? (cy * cy * ss - 2 * cy * sy * cs + sy * sy * cc) / determinant : 0
}
