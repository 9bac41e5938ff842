/** When ntpd did not run, by its statistics alone: nobody was heard, and then it began anew. */
import type { Seconds } from '#core/time/units.ts'
import type { HostLog } from '../host-log.ts'
import type { HeardNobody } from '../sources/silences.ts'
import type { Correction } from './corrections.ts'
import { decidedAt } from './corrections-said.ts'
import type { Begun } from './loop-begun.ts'

/** A running ntpd finds the clock wrong for five minutes before it steps (stepout); one that starts has asked all of its sources by then. */
export const AT_ONCE: Seconds = 120
/** Without a drift file it measures the frequency first, for five minutes. */
const FIRST_UPDATE: Seconds = 900

/** `to`: when it was started. */
export type Stop = Pick<HeardNobody, 'from' | 'to'>

/** It stepped as soon as it heard somebody, or its loop began anew. Else a filter is empty that a step has emptied. */
export function stopsSeen(log: HostLog, own: readonly Correction[]): Stop[] {
  const silences = log.bestSamples('ntpd')?.silences
  const updates = log.updatesOf('ntpd')
  const begun = updates?.loopBegun.all ?? []
  if (!silences) return begun.map(({ last, at }) => ({ from: last, to: at }))
  const steps = own.filter(({ by }) => by === 'step')
  const emptied = ({ from, to }: HeardNobody) =>
    steps.some(each => decidedAt(each) > from - AT_ONCE && decidedAt(each) <= to)
  const stepped = ({ to }: HeardNobody) =>
    steps.some(each => decidedAt(each) > to && decidedAt(each) < to + AT_ONCE)
  return [
    ...silences.all.filter(each => stepped(each) || begun.some(start => isIn(start, each))),
    ...silences.fresh.filter(each => !emptied(each) && stepped(each)),
  ]
}

const isIn = ({ last, at }: Begun, { to }: HeardNobody): boolean =>
  last <= to && at >= to && at < to + FIRST_UPDATE
