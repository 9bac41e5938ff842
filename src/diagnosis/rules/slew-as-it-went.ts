/**
 * How a slew that takes hours began, and whether it came to its end. The first rows after a jump are of filters that hold both, before and
 * after: where the jump itself is known its size is. And offsets below what a step would take away follow the last large one, or the log
 * ends before.
 */

import { type LongWay, paceOf } from '#analysis/log/corrections/long-way.ts'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import type { SampleSeries, UpdateSeries } from '#analysis/log/host-log.ts'
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Subject } from '../subject.ts'

/** Of what it was at first. */
const NEARLY_DONE = 0.1
/** A daemon that has thrown away all of its measurements has others by then. */
const SOON: Seconds = 3600
/** Of the jump: what comes to it by lines through measurements from before and after. */
const ROUGHLY = 0.3

export interface Slew extends Pick<LongWay, 'from' | 'to' | 'first' | 'last'> {
  /** When that was. */
  readonly lastAt: Seconds
  readonly pace: Rate
  /** Little is left at its end, or these logs go on and show that nothing is. */
  readonly done: boolean
  /** How long the clock was that far off in all, also to the other side, until it was disturbed again. */
  readonly wrongFor: Seconds
}

export function asItWent(way: LongWay, series: SampleSeries | UpdateSeries, subject: Subject): Slew {
  const { disturbances, keeper } = subject
  const jump =
    keeper.daemon === 'chrony' ? disturbances.clock.findLast(each => isItsJump(each, way)) : undefined
  const first = jump?.size ?? way.first
  // Of a pause its beginning is known; like what chronyd has left to slew, by true time.
  const from = jump ? Math.min(way.from, jump.to + Math.max(0, jump.size)) : way.from
  const over = series.offset.envelope
    .buckets()
    .find(each => each.from > way.to && Math.abs(each.last) < STEP_THRESHOLD)?.from
  const disturbed = [
    ...disturbances.own.map(({ at }) => at),
    ...disturbances.clock.map(({ local }) => local.to),
  ]
  const went = over !== undefined && !disturbed.some(at => at > way.to && at <= over)
  const nearly = isNearlyDone({ first, last: way.last })
  const to = went && !nearly ? over : way.to
  const until = Math.min(...disturbed.filter(at => at > to))
  const others = series.ways.all.filter(each => each.from > way.to && each.to < until)
  return {
    from,
    to,
    first,
    last: way.last,
    lastAt: way.to,
    pace: paceOf({ ...way, first }),
    done: nearly || went,
    wrongFor: others.reduce((sum, each) => sum + each.to - each.from, to - from),
  }
}

/** Little is left of what it was at first. */
export const isNearlyDone = ({ first, last }: Pick<LongWay, 'first' | 'last'>): boolean =>
  Math.abs(last) < NEARLY_DONE * Math.abs(first)

/** What chronyd counts as done moves its stamps, too. */
const isItsJump = ({ local, size }: Disturbance, { from, first }: LongWay): boolean =>
  from >= local.from - Math.abs(size) &&
  from < local.to + Math.max(0, size) + SOON &&
  Math.abs(first - size) < ROUGHLY * Math.abs(size)
