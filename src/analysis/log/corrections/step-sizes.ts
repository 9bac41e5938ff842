/**
 * How far ntpd stepped, where nothing but an update of zero tells that it did. It steps by what its sources say on the average, of which
 * some may not know yet of what has happened since, and it empties its filters. So the first measurements after it tell where the clock is,
 * and the last ones before it where it was: by the source that knew most, the difference is the step. Where that is no average
 * of theirs, something happened that none of them knew of, and the step was what they all said.
 */

import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { median } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Change } from '../disturbances/changes.ts'
import { SLACK } from '../order/eras.ts'
import type { Correction } from './corrections.ts'
import { between } from './meanwhile.ts'

/** In this time all sources have been asked again. */
const SOON: Seconds = 300
/** ntpd waits longer before it steps again. An update of zero that comes sooner is of a clock that is compared with itself. */
export const STEPOUT: Seconds = 240
/** Of what they say, beyond which nothing is their average. */
const NEARLY = 0.05
/** What ntpd slews until it steps is less. */
const SLEWED = 0.15

export interface SeenStep extends Correction {
  /** From the last measurement of each source before it to the first one after it. */
  readonly between: readonly Change[]
}

/** `moments`: when it may have stepped, in order. */
export function stepSizes(moments: readonly Correction[], changes: readonly Change[]): SeenStep[] {
  const emptied = changes
    .filter(({ fresh }) => fresh)
    .map(change => ({ at: change.to, change }))
    .sort((a, b) => a.at - b.at)
  const alone = moments.filter(({ at }, i) =>
    [moments[i - 1], moments[i + 1]].every(other => !other || Math.abs(other.at - at) >= STEPOUT),
  )
  return alone.flatMap(moment => {
    const { at } = moment
    const seen = between(emptied, at - SLACK, at + SOON).map(({ change }) => change)
    const first = seen.filter((each, i) => seen.findIndex(({ source }) => source === each.source) === i)
    const size = sizeBy(first)
    return Math.abs(size) >= STEP_THRESHOLD ? [{ ...moment, size, between: first }] : []
  })
}

/** NaN of none. */
function sizeBy(seen: readonly Change[]): Seconds {
  if (seen.length === 0) return Number.NaN
  const said = seen.map(({ before }) => before)
  const off = NEARLY * Math.max(...said.map(Math.abs))
  const [low, high] = [Math.min(...said) - off, Math.max(...said) + off]
  const may = seen.filter(
    each => Math.abs(went(each)) >= STEP_THRESHOLD && went(each) > low && went(each) < high,
  )
  if (may.length === 0) return median(said)
  const most = may.map(went).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))
  // Of these who was asked last knows what was left.
  const knew = may.filter(each => Math.abs(went(each) - most) < SLEWED * Math.abs(most))
  return went(knew.reduce((a, b) => (b.from > a.from ? b : a)))
}

const went = ({ before, after }: Change): Seconds => before - after
