/**
 * Whether most of the others were asked while a source was away, and found the clock right: it came back itself then, and nobody set the clock. Who
 * was not asked meanwhile does not know.
 */
import { STEPOUT } from '../corrections/step-sizes.ts'
import type { SampleSeries } from '../host-log.ts'
import { isAbout } from './alike.ts'
import type { Change } from './changes.ts'

/** Of what it was away. */
const NEAR = 0.5

export function othersStayed(
  { source, from, before }: Change,
  { census }: SampleSeries,
  all: readonly Change[],
): boolean {
  const away = all
    .filter(each => each.source === source && each.to <= from)
    .reduce<Change | undefined>((last, each) => (last && last.to > each.to ? last : each), undefined)
  // Sooner it steps at its start only, by whom it hears first.
  if (!away || !isAbout(away.after, before) || from - away.to < STEPOUT) return false
  const others = census.sources().filter(each => each.source !== source)
  const right = others.filter(each => {
    const offset = census.medianIn(each.source, [{ from: away.to, to: from }])
    return Math.abs(offset) < NEAR * Math.abs(before)
  })
  return 2 * right.length > others.length
}
