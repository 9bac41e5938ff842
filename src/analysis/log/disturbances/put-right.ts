/**
 * A jump of the clock that one source alone showed, as the daemon had put it right before it asked the others: they find the clock
 * where they had found it before. Had that source been wrong, they would be off by what was corrected.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Correction } from '../corrections/corrections.ts'
import { between } from '../corrections/meanwhile.ts'
import type { SampleSeries } from '../host-log.ts'
import { SLACK } from '../order/eras.ts'
import { isAbout } from './alike.ts'
import type { Jump } from './jumps.ts'
import { movedApart } from './one-stayed.ts'

/** Of the jump: what two sources that stayed as they were differ by. */
const STAYED = 0.25

/** `corrected`: what the daemon did, in the order of time. */
export function wasPutRight(
  { change, size }: Pick<Jump, 'change' | 'size'>,
  { changes, census }: SampleSeries,
  corrected: readonly Correction[],
): boolean {
  const { source, from, to, toEra } = change
  const back = changes.all.find(
    each => each.source === source && each.from >= to && isAbout(each.before - each.after, size),
  )
  if (back?.toEra !== toEra) return false
  const done = between(corrected, Math.min(from, to) - SLACK, back.to + SLACK).reduce<Seconds>(
    (sum, each) => sum + each.size,
    0,
  )
  if (!isAbout(done, size)) return false
  const moved = movedApart(census, { witnesses: [source], from, to: back.to })
  return (
    moved.some(by => Math.abs(by) < STAYED * Math.abs(size)) &&
    !moved.some(by => isAbout(Math.abs(by), Math.abs(size)))
  )
}
