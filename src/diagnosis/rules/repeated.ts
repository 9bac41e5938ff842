/**
 * What happens more often than anybody reads of has one cause, and is one finding: how often, how far apart, how much. That sizes
 * differ does not matter here; jumps of one size have rules of their own (`regular.ts`).
 */
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import type { Oscillation } from '#analysis/log/swings/oscillation.ts'
import { upperMedian } from '#core/number/quantile.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { type Subject, seenIn } from '../subject.ts'

/** Once an hour for a day is still told one by one. */
const MOST = 24
const SHOWN = 5

export interface Repeated extends Pick<Finding, 'from' | 'to' | 'measures' | 'evidence'> {
  /** "25 times from … to …, about every 180 s, by 57.4 s mostly and by 60 s at most" */
  readonly what: string
  readonly most: Seconds
}

/** Undefined where they are few enough to be told one by one. */
export function repeatedOf(all: readonly Disturbance[], subject: Subject, how: string): Repeated | undefined {
  if (all.length <= MOST) return undefined
  const { when } = subject
  const sorted = all.toSorted((a, b) => a.from - b.from)
  const every = upperMedian(sorted.slice(1).map(({ from }, i) => from - sorted[i]!.from))
  const size = upperMedian(all.map(each => each.size))
  const most = Math.max(...all.map(each => Math.abs(each.size)))
  const [from, to] = [sorted[0]!.from, Math.max(...all.map(each => each.to))]
  return {
    from,
    to,
    what: `${all.length} times from ${when(from)} to ${when(to)}, about every ${duration(every)}, by ${amount(Math.abs(size))} in the middle and ${amount(most)} at most`,
    measures: { size, most, count: all.length, every },
    evidence: sorted.slice(0, SHOWN).flatMap(each => seenIn(each, subject, how)),
    most,
  }
}

/** The same of a clock that is moved and slewed back in a rhythm, so that its single jumps cannot be told from what was done about the last. */
export function repeatedAsTeeth(
  oscillation: Oscillation | undefined,
  { when }: Subject,
): Repeated | undefined {
  if (!oscillation?.teeth) return undefined
  const { swings, period, teeth } = oscillation
  const most = Math.max(...swings.map(({ peak }) => Math.sign(teeth.size) * peak))
  const [from, to] = [swings[0]!.at, swings.at(-1)!.at]
  return {
    from,
    to,
    what: `again and again from ${when(from)} to ${when(to)}, about every ${duration(period)}, by ${amount(most)} at most`,
    measures: { size: teeth.size, most, count: teeth.count, every: period },
    evidence: swings
      .filter(({ peak }) => peak * teeth.size > 0)
      .slice(0, SHOWN)
      .map(({ at, peak }) => ({
        text: `${when(at)}  ${duration(Math.abs(peak))} ${peak > 0 ? 'behind' : 'ahead'}, and slewed away since then`,
      })),
    most,
  }
}
