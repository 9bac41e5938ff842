/**
 * Runs of a program that sets the clock once and ends (ntpdate, `chronyd -q`, `ntpd -q`), started again and again: what each found
 * had gathered since the one before. Between them nobody keeps the clock, so the middle of them tells what it loses by itself.
 * ntpdate says with -q what it would do, in the same words: then what it finds grows.
 */
import { upperMedian } from '#core/number/median.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Daemon, LogEvent } from '#core/trace/series.ts'
import { fitLine } from '../line.ts'
import type { HostLog } from './host-log.ts'

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
  const [first, last] = [runs[0]!, runs.at(-1)!]
  const line = fitLine(runs.map(({ at, size }) => ({ x: at, y: size })))
  const grows =
    line?.slopeError !== undefined &&
    line.slopeError < SURE * Math.abs(line.slope) &&
    Math.abs(last.size) > GROWN * Math.abs(first.size)
  return {
    runs,
    every: upperMedian(later.map(({ after }) => after)),
    rate: grows ? line.slope : upperMedian(later.map(({ size, after }) => size / Math.max(1, after))),
    usual: upperMedian(later.map(({ size }) => Math.abs(size))),
    grows,
  }
}
