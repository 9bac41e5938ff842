/** What several runs of one player come to: medians, and what lies between a good seed and a bad one. */
import { quantile } from '#core/number/quantile.ts'
import type { Score } from './score.ts'

export interface Spread {
  /** Infinite when more than that part of the runs never got there. */
  readonly median: number
  readonly p10: number
  readonly p90: number
}

/** Of a time until something: in how many runs it never came. */
export interface Arrival extends Spread {
  readonly never: number
}

export interface Summary {
  readonly runs: number
  readonly timeTo10ms: Arrival
  readonly timeTo1ms: Arrival
  /** The size of the largest offset. */
  readonly worst: Spread
  readonly overshoot: Spread
  readonly rms: Spread
  readonly max: Spread
  readonly steps: Spread
  readonly backwardSteps: Spread
  readonly packets: Spread
  /** In how many runs the daemon ended. */
  readonly exits: number
}

export function summarise(scores: readonly Score[]): Summary {
  const spread = (of: (score: Score) => number): Spread => {
    const values = scores.map(of)
    return { median: quantile(values, 0.5), p10: quantile(values, 0.1), p90: quantile(values, 0.9) }
  }
  const arrival = (of: (score: Score) => number): Arrival => ({
    ...spread(of),
    never: scores.filter(score => of(score) === Number.POSITIVE_INFINITY).length,
  })
  return {
    runs: scores.length,
    timeTo10ms: arrival(score => score.timeTo10ms),
    timeTo1ms: arrival(score => score.timeTo1ms),
    worst: spread(({ worst }) => Math.abs(worst)),
    overshoot: spread(({ overshoot }) => overshoot),
    rms: spread(({ rms }) => rms),
    max: spread(({ max }) => max),
    steps: spread(({ steps }) => steps),
    backwardSteps: spread(({ backwardSteps }) => backwardSteps),
    packets: spread(({ packets }) => packets),
    exits: scores.filter(({ exited }) => exited).length,
  }
}
