/**
 * A table of runs of real daemons in which the wall clock jumped back. real-runs.csv has 300 of chrony 4.3 (the binary of Debian 12),
 * ntpd 4.2.6p5 and ntpd 4.3.91 (built from their sources), run in clknetsim with a server on a LAN. Its columns:
 * daemon,configuration,pause_s,phase_s,t_below_1s,t_below_128ms,t_below_10ms,t_below_1ms,min_offset,max_offset,end_offset.
 * `>15000` is a clock that did not get there in so many seconds.
 */
import type { Rate, Seconds } from '#core/time/units.ts'

export interface RealRun {
  readonly phase: Seconds
  /** Infinite where the clock did not get there. */
  readonly to128ms: Seconds
  readonly to10ms: Seconds
  readonly to1ms: Seconds
  /** The clock is left where the jump had put it, but for what it drifts: the daemon is gone. */
  readonly exited: boolean
}

/** All runs of one daemon, one configuration and one jump. */
export interface RealCell {
  readonly daemon: string
  readonly configuration: string
  readonly pause: Seconds
  readonly runs: RealRun[]
}

export function readCells(text: string): readonly RealCell[] {
  const cells = new Map<string, RealCell>()
  for (const line of text.trim().split(/\r?\n/).slice(1)) {
    const [, daemon = '', configuration = '', rest = ''] = /^([^,]*),"?(.*?)"?,(\d.*)$/.exec(line) ?? []
    const [pause = '', phase = '', , below128ms = '', below10ms = '', below1ms = '', , , end = ''] =
      rest.split(',')
    const key = `${daemon} ${configuration} ${pause}`
    const cell = cells.get(key) ?? { daemon, configuration, pause: Number(pause), runs: [] }
    cell.runs.push({
      phase: Number(phase),
      to128ms: secondsOf(below128ms),
      to10ms: secondsOf(below10ms),
      to1ms: secondsOf(below1ms),
      exited: Math.abs(Number(end) + cell.pause) < 0.01 * cell.pause,
    })
    cells.set(key, cell)
  }
  return [...cells.values()]
}

/**
 * Did the clock come from 128 ms to 10 ms faster than by a slew at this rate? Undefined where it did not come, or where a slew
 * would be as quick as a step.
 */
export function hasStepped(run: RealRun, fastestSlew: Rate): boolean | undefined {
  const slewing = (0.128 - 0.01) / fastestSlew
  return slewing < 10 || run.to10ms === Number.POSITIVE_INFINITY
    ? undefined
    : run.to10ms - run.to128ms < slewing
}

const secondsOf = (text: string): Seconds => (text.startsWith('>') ? Number.POSITIVE_INFINITY : Number(text))
