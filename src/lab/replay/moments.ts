/** What each exchange of a recording shows, and what the daemon had corrected by then. */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'

/** A daemon that has less to correct has found its time. */
export const KEPT: Seconds = 0.01

export interface Exchange {
  /** By the guest's clock. */
  readonly clock: Seconds
  readonly source: number
  readonly offset: Seconds
  readonly delay: Seconds
  readonly daemon: Daemon
}

export interface Moment extends Exchange {
  /** True time from the first exchange on. */
  readonly at: Seconds
  /** What the daemon has corrected before. */
  readonly corrected: Seconds
}

/** One of chronyd's. */
export interface Correction {
  /** By the time that it believes. */
  readonly at: Seconds
  readonly by: Seconds
  /** How often the stamps of its log had gone back. */
  readonly era: number
}

export interface Frequency {
  readonly at: Seconds
  readonly rate: Rate
  /** The daemon had little to correct, and could. */
  readonly settled: boolean
}

/** How far the clock is behind what it was at the beginning, had the daemon not touched it. */
export const behind = ({ offset, corrected }: Moment): Seconds => offset + corrected

/** Where a server, or the way to it, made exchanges wrong by so much: no error of the guest's clock, nor time that went by. */
export function without<M extends Moment>(
  wrong: ReadonlyMap<Moment, Seconds>,
  moments: readonly M[],
): readonly M[] {
  if (wrong.size === 0) return moments
  return moments.map(moment => {
    const by = wrong.get(moment) ?? 0
    return by === 0 ? moment : { ...moment, at: moment.at - by, offset: moment.offset - by }
  })
}
