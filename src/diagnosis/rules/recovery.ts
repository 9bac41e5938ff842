/** How long it took until a disturbance was corrected, and how. */
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Subject } from '../subject.ts'
import { longSlew } from './slew-cannot-catch-up.ts'

const MOSTLY = 0.9

export interface Recovery {
  readonly after: Seconds
  readonly text: string
}

/** chronyd: when nothing large was left to correct. ntpd: the step that took it away. Undefined when no line says it. */
export function recovery(each: Disturbance, subject: Subject): Recovery | undefined {
  const { disturbances, log, keeper } = subject
  const slow = stillSlewed(each, subject)
  if (slow) return slow
  if (keeper.daemon === 'chrony') {
    if (each.open) return undefined
    const sized = log.updatesOf('chrony')?.corrections.sized ?? []
    const during = sized.filter(
      ({ at, size }) =>
        at >= each.local.from && at < each.local.to + 3600 && Math.abs(size) > 0.01 * Math.abs(each.size),
    )
    const last = during.at(-1)
    if (!last) return undefined
    return {
      after: last.at - each.local.from,
      text: `chronyd corrected it in ${during.length} update${during.length > 1 ? 's' : ''}, the last ${duration(last.at - each.local.from)} later`,
    }
  }
  // From messages alone it is not known since when it was wrong.
  if (each.sources.length === 0) return undefined
  const step = disturbances.own.find(
    ({ at, size }) => at >= each.local.from && Math.abs(size - each.size) < 0.1 * Math.abs(each.size),
  )
  if (!step) return undefined
  const after = step.at - each.local.from
  // Where only the step is known it says nothing of how long it was waited for.
  if (each.local.to - each.local.from > MOSTLY * after) return undefined
  return { after, text: `${keeper.name} stepped it away ${duration(after)} later` }
}

/** chronyd counts a correction as done when it begins it; while it slews the clock is still wrong. */
function stillSlewed({ local, size }: Disturbance, subject: Subject): Recovery | undefined {
  const { keeper } = subject
  const way = keeper.daemon === 'chrony' ? longSlew(subject) : undefined
  // What was counted as done moved the stamps, too.
  const from = local.from - Math.abs(size)
  const until = local.to + Math.max(0, size) + 3600
  if (!way || way.from < from || way.from > until || Math.abs(way.first) < 0.5 * Math.abs(size))
    return undefined
  const took = way.to - way.from
  const left = way.done ? 0 : Math.abs(way.last) / way.pace
  return {
    after: took + left,
    text: `chronyd slewed it for ${duration(took)}${left > 0 ? `, and ${duration(left)} more are to come at that pace` : ''}`,
  }
}
