/** What a run is worth: figures out of its true offsets, and what they come to over several seeds. */
import type { Seconds } from '#core/time/units.ts'
import type { Run } from './run.ts'

export interface Score {
  /** From the disruption until the offset stays below this for good; infinite when it never does. */
  readonly timeTo10ms: Seconds
  readonly timeTo1ms: Seconds
  /** The largest offset from the disruption on, with its sign. */
  readonly worst: Seconds
  /** How far the clock went beyond true time, to the other side of where the disruption had put it. */
  readonly overshoot: Seconds
  /** In the window. */
  readonly rms: Seconds
  readonly max: Seconds
  /** By whoever kept time, not by the world; from the disruption on. */
  readonly steps: number
  readonly backwardSteps: number
  readonly exited: boolean
  readonly packets: number
}

export interface Scoring {
  /** When something happens to the clock; 0: from the start. */
  readonly disruptedAt: Seconds
  /** Where RMS and maximum are taken; all of the run when absent. */
  readonly window?: readonly [from: Seconds, to: Seconds]
  /**
   * True time itself jumps here, and a clock that goes with it does so when it is that time by itself: a breath sooner or later.
   * How it is right after this is what it is taken to be.
   */
  readonly blurred?: readonly [from: Seconds, to: Seconds]
}

export function scoreRun(run: Run, { disruptedAt, window, blurred }: Scoring): Score {
  const { steps } = run
  const offsets = blurred ? withoutBlur(run.offsets, blurred) : run.offsets
  const last = offsets.length - 1
  const [from, to] = window ? [window[0], Math.min(window[1], last)] : [0, last]
  const [earliest, latest] = blurred ?? [disruptedAt, disruptedAt]
  const stepsFrom = disruptedAt > earliest && disruptedAt <= latest ? earliest : disruptedAt
  const own = steps.filter(({ by, at }) => by === 'player' && at >= stepsFrom)
  const after = Math.ceil(disruptedAt)
  const worst = extreme(offsets, after)
  return {
    timeTo10ms: timeUntilBelow(offsets, 10e-3, after) - (disruptedAt - after),
    timeTo1ms: timeUntilBelow(offsets, 1e-3, after) - (disruptedAt - after),
    worst,
    overshoot: overshoot(offsets, after, worst),
    rms: rootMeanSquare(offsets, from, to),
    max: Math.abs(extreme(offsets, from, to)),
    steps: own.length,
    backwardSteps: own.filter(({ size }) => size < 0).length,
    exited: run.exit !== undefined,
    packets: run.packetsSent,
  }
}

function withoutBlur(offsets: Float64Array, [from, to]: readonly [Seconds, Seconds]): Float64Array {
  const after = offsets[Math.floor(to) + 1]
  if (after === undefined) return offsets
  return offsets.slice().fill(after, Math.max(0, Math.ceil(from)), Math.floor(to) + 1)
}

/** Seconds after `from` until all that follows is smaller than `limit`; infinite when the last is not. */
export function timeUntilBelow(offsets: Float64Array, limit: Seconds, from = 0): Seconds {
  const last = offsets.length - 1
  let i = last
  while (i >= from && Math.abs(offsets[i]!) < limit) i--
  return i === last ? Number.POSITIVE_INFINITY : i + 1 - from
}

export function rootMeanSquare(offsets: Float64Array, from: number, to: number): Seconds {
  let squares = 0
  for (let i = from; i <= to; i++) squares += offsets[i]! ** 2
  return Math.sqrt(squares / (to - from + 1))
}

/** The offset farthest from zero, with its sign. */
function extreme(offsets: Float64Array, from: number, to = offsets.length - 1): Seconds {
  let worst = 0
  for (let i = from; i <= to; i++) if (Math.abs(offsets[i]!) > Math.abs(worst)) worst = offsets[i]!
  return worst
}

function overshoot(offsets: Float64Array, from: number, worst: Seconds): Seconds {
  let most = 0
  for (let i = from; i < offsets.length; i++) most = Math.max(most, -Math.sign(worst) * offsets[i]!)
  return most
}

/** By linear interpolation; infinite values sort last, and what lies among them is infinite. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = part * (sorted.length - 1)
  const low = sorted[Math.floor(at)]!
  const high = sorted[Math.ceil(at)]!
  return low === high ? low : low + (at - Math.floor(at)) * (high - low)
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)
