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
  /** When there was no guest whose clock could be judged: of a life that was thrown away nothing counts. In order of time. */
  readonly gaps?: readonly Gap[]
}

interface Gap {
  readonly from: Seconds
  readonly to: Seconds
}

/** Seconds from one to another, both among them. */
type Stretch = readonly [from: number, to: number]

export function scoreRun(run: Run, { disruptedAt, window, blurred, gaps = [] }: Scoring): Score {
  const { steps } = run
  const offsets = blurred ? withoutBlur(run.offsets, blurred) : run.offsets
  const last = offsets.length - 1
  const [from, to] = window ? [window[0], Math.min(window[1], last)] : [0, last]
  const [earliest, latest] = blurred ?? [disruptedAt, disruptedAt]
  const stepsFrom = disruptedAt > earliest && disruptedAt <= latest ? earliest : disruptedAt
  const own = steps.filter(({ by, at }) => by === 'player' && at >= stepsFrom)
  const after = Math.ceil(disruptedAt)
  const scored = outside(gaps, from, to)
  const recovery = outside(gaps, after, last)
  const worst = extreme(offsets, recovery)
  const timeTo = (limit: Seconds): Seconds => {
    const seconds = timeUntilBelow(offsets, limit, after)
    // Nobody looks before the next full second; who was right then, and was not set meanwhile, had never left.
    const setBefore = steps.some(
      ({ at, size }) => at >= disruptedAt && at <= after && Math.abs(size) >= limit,
    )
    return seconds === 0 && !setBefore ? 0 : seconds + (after - disruptedAt)
  }
  return {
    timeTo10ms: timeTo(10e-3),
    timeTo1ms: timeTo(1e-3),
    worst,
    overshoot: overshoot(offsets, recovery, worst),
    rms: rootMeanSquareOf(offsets, scored),
    max: Math.abs(extreme(offsets, scored)),
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

/** What remains of a stretch of time. */
function outside(gaps: readonly Gap[], from: number, to: number): Stretch[] {
  const stretches: Stretch[] = []
  let begin = from
  for (const gap of gaps) {
    stretches.push([begin, Math.min(to, Math.floor(gap.from))])
    begin = Math.max(begin, Math.ceil(gap.to))
  }
  return [...stretches, [begin, to] as const].filter(([first, last]) => first <= last)
}

export const rootMeanSquare = (offsets: Float64Array, from: number, to: number): Seconds =>
  rootMeanSquareOf(offsets, [[from, to]])

function rootMeanSquareOf(offsets: Float64Array, stretches: readonly Stretch[]): Seconds {
  let squares = 0
  let count = 0
  for (const [from, to] of stretches) {
    for (let i = from; i <= to; i++) squares += offsets[i]! ** 2
    count += to - from + 1
  }
  return Math.sqrt(squares / count)
}

/** The offset farthest from zero, with its sign. */
function extreme(offsets: Float64Array, stretches: readonly Stretch[]): Seconds {
  let worst = 0
  for (const [from, to] of stretches)
    for (let i = from; i <= to; i++) if (Math.abs(offsets[i]!) > Math.abs(worst)) worst = offsets[i]!
  return worst
}

function overshoot(offsets: Float64Array, stretches: readonly Stretch[], worst: Seconds): Seconds {
  let most = 0
  for (const [from, to] of stretches)
    for (let i = from; i <= to; i++) most = Math.max(most, -Math.sign(worst) * offsets[i]!)
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
