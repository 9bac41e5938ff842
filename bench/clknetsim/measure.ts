/**
 * From what the simulator wrote down to the numbers that are compared. `offsets` is the client's clock minus true time,
 * once a second. Undefined: it does not apply, or nobody can know it of that daemon.
 */

import type { Scenario } from './scenarios.ts'
import type { ScoreLine, StatusLine } from './score.ts'

export interface Traced {
  readonly offsets: Float64Array
  /** Of the clock with its corrections, once a second. */
  readonly frequencyErrors: Float64Array
  readonly packets: number
  /** Of our agent alone. */
  readonly score?: readonly ScoreLine[]
}

/** Seconds and s/s. Infinity: not within the run. */
export interface Measures {
  readonly rms: number
  readonly max: number
  /** |offset| in the last second of the window. */
  readonly end: number
  readonly frequencyRms: number
  /** From the event's end (or the start) until |offset| stays below 1 ms, or 10 ms. */
  readonly good1ms: number
  readonly good10ms: number
  /** How far the clock was on the other side of the truth after the event. */
  readonly overshoot: number
  readonly packets: number
  /** How far the agent's estimate of the rate went from its value before the event, in the hour after. */
  readonly frequencyMoved: number | undefined
  readonly steps: number | undefined
  /** Looks at the published interval, and those in which true time was not in it … */
  readonly looks: number | undefined
  readonly violations: number | undefined
  /** … without those after a pause, or another rate of the counter, that nothing had shown yet. */
  readonly blind: number | undefined
}

/** After an event the baseline noise is not an overshoot; it is taken while the clock comes back. */
const COMING_BACK = 2 * 3600
const HOUR = 3600

export function measure(scenario: Scenario, { offsets, frequencyErrors, packets, score }: Traced): Measures {
  const [from, to] = scenario.window
  const origin = scenario.event?.to ?? 0
  const inWindow = offsets.subarray(from, to)
  const summary = score?.find(line => line.kind === 'summary')
  return {
    rms: rms(inWindow),
    max: largest(inWindow),
    end: Math.abs(inWindow.at(-1)!),
    frequencyRms: rms(frequencyErrors.subarray(from, to)),
    good1ms: goodFrom(offsets, 1e-3, origin),
    good10ms: goodFrom(offsets, 1e-2, origin),
    overshoot: overshoot(offsets.subarray(origin, origin + COMING_BACK)),
    packets,
    frequencyMoved: score && frequencyMoved(scenario, score),
    steps: summary?.steps.length,
    looks: summary?.bounds,
    ...misled(score),
  }
}

function rms(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return Math.sqrt(sum / values.length)
}

function largest(values: Float64Array): number {
  let most = 0
  for (const value of values) most = Math.max(most, Math.abs(value))
  return most
}

/** Seconds from `origin` until the offset stays below the limit; 0 when it was never above. */
function goodFrom(offsets: Float64Array, limit: number, origin: number): number {
  let i = offsets.length - 1
  while (i >= origin && Math.abs(offsets[i]!) < limit) i--
  return i === offsets.length - 1 ? Number.POSITIVE_INFINITY : i + 1 - origin
}

function overshoot(offsets: Float64Array): number {
  const side = Math.sign(offsets[0]!)
  let most = 0
  for (const offset of offsets) most = Math.max(most, -side * offset)
  return most
}

function frequencyMoved({ event }: Scenario, score: readonly ScoreLine[]): number | undefined {
  if (!event) return undefined
  const known = score.filter(
    (line): line is StatusLine & { frequencyError: number } =>
      line.kind === 'status' && line.frequencyError !== null,
  )
  const before = known.findLast(({ at }) => at < event.from)
  if (!before) return undefined
  const after = known.filter(({ at }) => at > event.to && at < event.to + HOUR)
  return Math.max(...after.map(({ frequencyError }) => Math.abs(frequencyError - before.frequencyError)))
}

function misled(score: readonly ScoreLine[] | undefined): Pick<Measures, 'violations' | 'blind'> {
  if (!score) return { violations: undefined, blind: undefined }
  const wrong = score.filter(line => line.kind === 'violation')
  const blind = wrong.filter(({ unknowable }) => unknowable).length
  return { violations: wrong.length - blind, blind }
}

/** Over the seeds. */
export interface Spread {
  readonly median: number
  readonly worst: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, worst: sorted.at(-1)! }
}
