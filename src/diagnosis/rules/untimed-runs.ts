/**
 * Lines without a stamp of programs that are run once (`ntpd -q`, `chronyd -q`, `chronyd -Q`, ntpdate), in their order. Where lines with
 * stamps tell of such runs, those are believed.
 */
import { loopOf } from '#analysis/log/corrections/runs.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { Subject } from '../subject.ts'

export interface UntimedRuns {
  /** Which set the clock, or slewed it. */
  readonly sets: readonly LogEvent[]
  /** Which looked, and left it as it was. */
  readonly looks: readonly LogEvent[]
  /** Which heard nobody. */
  readonly silent: readonly LogEvent[]
}

export function untimedRuns({ log, keeper }: Pick<Subject, 'log' | 'keeper'>): UntimedRuns {
  const runs = log.timeless.filter(({ once, daemon }) => once && daemon === keeper.daemon)
  return {
    sets: loopOf(log, keeper.daemon)
      ? []
      : runs.filter(({ what }) => what === 'stepped' || what === 'slew-begun'),
    looks: log.samples.has('chronyd -Q') ? [] : runs.filter(({ what }) => what === 'offset-found'),
    silent: runs.filter(({ what }) => what === 'no-source'),
  }
}
