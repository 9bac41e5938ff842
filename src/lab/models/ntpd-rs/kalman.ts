/**
 * What ntpd-rs believes of a source: offset and frequency against it, with the covariance of both (algorithm/kalman). The noise
 * of the frequency is a random walk. Offsets are positive when we are behind; a frequency is what the source gains on us.
 */
import { exponential } from '#core/number/elementary.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

export interface State {
  readonly offset: Seconds
  readonly frequency: Rate
  /** Variances of both, and their covariance. */
  readonly offsetVariance: number
  readonly covariance: number
  readonly frequencyVariance: number
}

/** Later by `by`. */
export function progress(state: State, by: Seconds, wander: number): State {
  const { offset, frequency, offsetVariance, covariance, frequencyVariance } = state
  return {
    offset: offset + frequency * by,
    frequency,
    offsetVariance:
      offsetVariance + 2 * covariance * by + frequencyVariance * by ** 2 + (wander * by * by * by) / 3,
    covariance: covariance + frequencyVariance * by + (wander * by ** 2) / 2,
    frequencyVariance: frequencyVariance + wander * by,
  }
}

export interface Absorbed {
  readonly state: State
  /** Squared difference from what was expected, in units of its variance. */
  readonly chi: number
  /** How much of the measurement went into the state. */
  readonly weight: number
}

export function absorb(state: State, offset: Seconds, noise: number): Absorbed {
  const { offsetVariance, covariance, frequencyVariance } = state
  const difference = offset - state.offset
  const variance = offsetVariance + noise
  const toOffset = offsetVariance / variance
  const toFrequency = covariance / variance
  return {
    state: {
      offset: state.offset + toOffset * difference,
      frequency: state.frequency + toFrequency * difference,
      offsetVariance: (1 - toOffset) * offsetVariance,
      covariance: (1 - toOffset) * covariance,
      frequencyVariance: frequencyVariance - toFrequency * covariance,
    },
    chi: difference ** 2 / variance,
    weight: 1 - noise / variance,
  }
}

/** Two estimates of the same, each weighted by what is known of it. */
export function merge(a: State, b: State): State {
  const sum = {
    oo: a.offsetVariance + b.offsetVariance,
    of: a.covariance + b.covariance,
    ff: a.frequencyVariance + b.frequencyVariance,
  }
  const determinant = sum.oo * sum.ff - sum.of ** 2
  // The gain: covariance of `a` times the inverse of the sum.
  const gain = {
    oo: (a.offsetVariance * sum.ff - a.covariance * sum.of) / determinant,
    of: (a.covariance * sum.oo - a.offsetVariance * sum.of) / determinant,
    fo: (a.covariance * sum.ff - a.frequencyVariance * sum.of) / determinant,
    ff: (a.frequencyVariance * sum.oo - a.covariance * sum.of) / determinant,
  }
  const offset = b.offset - a.offset
  const frequency = b.frequency - a.frequency
  return {
    offset: a.offset + gain.oo * offset + gain.of * frequency,
    frequency: a.frequency + gain.fo * offset + gain.ff * frequency,
    offsetVariance: a.offsetVariance - gain.oo * a.offsetVariance - gain.of * a.covariance,
    covariance: a.covariance - gain.oo * a.covariance - gain.of * a.frequencyVariance,
    frequencyVariance: a.frequencyVariance - gain.fo * a.covariance - gain.ff * a.frequencyVariance,
  }
}

/** How likely a deviation of this size or more is (one degree of freedom; Abramowitz and Stegun 7.1.26 for erfc). */
export function likelihood(chi: number): number {
  const x = Math.sqrt(chi / 2)
  const t = 1 / (1 + 0.3275911 * x)
  const sum = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  return sum * exponential(-(x ** 2))
}
