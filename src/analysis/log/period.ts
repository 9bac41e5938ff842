/**
 * The period of an oscillation, from a least-squares sine at each of many trial periods about a first guess: the one that
 * leaves least. Samples need not be evenly spaced, and gaps do no harm (Lomb and Scargle's periodogram).
 */
import type { Seconds } from '#core/time/units.ts'
import type { Bucket } from './envelope.ts'

const TRIALS = 240
/** Trial periods lie within this factor of the guess. */
const SPAN = 1.6

export function refinePeriod(buckets: readonly Bucket[], guess: Seconds): Seconds {
  let best = { power: 0, period: guess }
  for (let trial = 0; trial <= TRIALS; trial++) {
    const period = guess * SPAN ** ((2 * trial) / TRIALS - 1)
    const power = powerAt(buckets, (2 * Math.PI) / period)
    if (power > best.power) best = { power, period }
  }
  return best.period
}

function powerAt(buckets: readonly Bucket[], omega: number): number {
  const origin = buckets[0]?.from ?? 0
  let [cc, ss, cs, cy, sy] = [0, 0, 0, 0, 0]
  for (const { from, to, first, last } of buckets) {
    const phase = omega * ((from + to) / 2 - origin)
    const [c, s, y] = [Math.cos(phase), Math.sin(phase), (first + last) / 2]
    cc += c * c
    ss += s * s
    cs += c * s
    cy += c * y
    sy += s * y
  }
  const determinant = cc * ss - cs * cs
  return determinant > 0 ? (cy * cy * ss - 2 * cy * sy * cs + sy * sy * cc) / determinant : 0
}
