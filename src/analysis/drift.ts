/**
 * How fast a clock drifts, from repeated measurements of its offset. The slope of the line through them is the best
 * guess and its standard error the usual uncertainty; the bounds of the first and last measurements give a limit that
 * needs no statistics: the mean rate cannot have been outside of it if the server was right.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import { fitLine } from './line.ts'

/** `at` by a counter that nobody steers; `offset` is true time minus the clock. */
export interface Measured {
  readonly at: Seconds
  readonly offset: Seconds
  readonly errorBound: Seconds
}

export interface Drift {
  /** Positive when the clock gains: true time falls behind it. */
  readonly rate: Rate
  readonly standardError: Rate | undefined
  /** The mean rate lies within these, whatever the network did. */
  readonly least: Rate
  readonly most: Rate
}

/** Undefined with fewer than two measurements. */
export function findDrift(measured: readonly Measured[]): Drift | undefined {
  const line = fitLine(measured.map(({ at, offset }) => ({ x: at, y: offset })))
  const first = measured[0]
  const last = measured.at(-1)
  if (!line || !first || !last) return undefined
  const span = last.at - first.at
  const slack = first.errorBound + last.errorBound
  const mean = (first.offset - last.offset) / span
  return {
    rate: -line.slope,
    standardError: line.slopeError,
    least: mean - slack / span,
    most: mean + slack / span,
  }
}
