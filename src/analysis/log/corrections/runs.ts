/**
 * Runs of a program that sets the clock once and ends (ntpdate, `chronyd -q`, `ntpd -q`), started again and again: what each found
 * had gathered since the one before. Between them nobody keeps the clock, so the middle of them tells what it loses by itself.
 * ntpdate says with -q what it would do, in the same words: then what it finds grows.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Daemon, LogEvent } from '#core/trace/series.ts'
import { fitLine } from '../../line.ts'
import type { HostLog } from '../host-log.ts'

/** One that is run at each boot is no loop. */
const FEWEST = 4
/** Where nobody sets a clock its runs lie on a line, whose slope is sure within this part of it, and which goes far. */
const SURE = 0.03
const GROWN = 1.5

export interface Loop {
  readonly runs: readonly LogEvent[]
  readonly every: Seconds
  /** Positive: the clock loses. */
  readonly rate: Rate
  /** What a run usually finds. */
  readonly usual: Seconds
  /** Nothing is set: what the runs find grows. */
  readonly grows: boolean
}

/** Undefined where there are too few of them, or where lines without a stamp tell of the same runs. */
export function loopOf(log: HostLog, daemon: Daemon): Loop | undefined {
  const runs = log.events
    .of('stepped', 'slew-begun')
    .filter(event => event.once && event.daemon === daemon)
    .sort((a, b) => a.at - b.at)
  const alsoPrinted = log.timeless.some(({ format }) => format === 'ntpd -q')
  if (runs.length < FEWEST || (daemon === 'ntpd' && alsoPrinted)) return undefined
  const later = runs.slice(1).map((run, i) => ({ size: run.size, after: run.at - runs[i]!.at }))
  const slope = growthOf(
    runs,
    runs.map(({ at }) => at),
  )
  return {
    runs,
    every: upperMedian(later.map(({ after }) => after)),
    rate: slope ?? upperMedian(later.map(({ size, after }) => size / Math.max(1, after))),
    usual: upperMedian(later.map(({ size }) => Math.abs(size))),
    grows: slope !== undefined,
  }
}

/** Whether what runs found grows from one to the next, where nobody knows when they were. */
export const growsInOrder = (runs: readonly LogEvent[]): boolean =>
  runs.length >= FEWEST && growthOf(runs, [...runs.keys()]) !== undefined

/** Its slope where what they found lies on a line that leads away from zero. */
function growthOf(runs: readonly LogEvent[], at: readonly number[]): number | undefined {
  const line = fitLine(runs.map(({ size }, i) => ({ x: at[i]!, y: size })))
  const far = Math.abs(runs.at(-1)!.size) > GROWN * Math.abs(runs[0]!.size)
  return far && line?.slopeError !== undefined && line.slopeError < SURE * Math.abs(line.slope)
    ? line.slope
    : undefined
}
