/** How long it took until a disturbance was corrected, and how. */
import type { Disturbance } from '#analysis/log/disturbances.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Subject } from '../subject.ts'

const MOSTLY = 0.9

export interface Recovery {
  readonly after: Seconds
  readonly text: string
}

/** chronyd: when nothing large was left to correct. ntpd: the step that took it away. Undefined when no line says it. */
export function recovery(each: Disturbance, { disturbances, log, keeper }: Subject): Recovery | undefined {
  if (keeper.daemon === 'chrony') {
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
  const step = disturbances.own.find(
    ({ at, size }) => at >= each.local.from && Math.abs(size - each.size) < 0.1 * Math.abs(each.size),
  )
  if (!step) return undefined
  const after = step.at - each.local.from
  // Where only the step is known it says nothing of how long it was waited for.
  if (each.local.to - each.local.from > MOSTLY * after) return undefined
  return { after, text: `${keeper.name} stepped it away ${duration(after)} later` }
}
