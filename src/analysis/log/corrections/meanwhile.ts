/** Which of a daemon's corrections lie between two measurements, and what they leave of the change from one to the other. */

import type { Seconds } from '#core/time/units.ts'
import type { Change } from '../disturbances/changes.ts'
import { commonEras, type Eras, SLACK } from '../order/eras.ts'
import type { Correction } from './corrections.ts'

/** What passes ntpd's filter is a sample of the last eight. */
const WAITS = 8

/** Which corrections were made between the two measurements of a change. */
interface Meanwhile {
  readonly stamps: readonly [Seconds, Seconds]
  readonly perhaps: (each: Correction) => boolean
  readonly surely: (each: Correction) => boolean
  /** Of these it cannot be read on which side of a measurement they were. */
  readonly open: (each: Correction) => boolean
}

const inTheSecondOf =
  ({ from, to }: Change) =>
  ({ at }: Correction): boolean =>
    Math.abs(at - from) <= SLACK || Math.abs(at - to) <= SLACK

/**
 * By stamps that have gone back in between: what follows the first measurement in its era, and what precedes the second one
 * in its own. Where the corrections' log did not go back at the same moment their era is not known.
 */
export function meanwhileByEra(change: Change, eras: Eras, corrections: Eras): Meanwhile {
  const { from, to, fromEra, toEra } = change
  const { ofA, ofB } = commonEras(eras, corrections)
  const [first, last] = [ofA[fromEra]!, ofA[toEra]!]
  const [until, since] = [eras.returns[fromEra]!.from, eras.returns[toEra - 1]!.to]
  const within = (slack: Seconds) => (each: Correction) => {
    const era = ofB[each.era ?? 0]!
    const before = era === first && each.at >= from - slack && each.at <= until + SLACK
    const after = era === last && each.at >= since - SLACK && each.at < to + slack
    return before || after || (era > first && era < last)
  }
  return {
    stamps: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    perhaps: within(SLACK),
    surely: first === last ? () => false : within(0),
    open: first === last ? () => true : inTheSecondOf(change),
  }
}

/**
 * chronyd counts a correction as done at once, and stamps the row of one back as the clock was before: measurements after it may
 * bear earlier stamps. Where theirs went back from that very second by no more than it, it lies between those two eras.
 */
export function erasOfCorrections(sorted: readonly Correction[], eras: Eras): Map<Correction, number> {
  const places = new Map<Correction, number>()
  for (const [era, { from, to }] of eras.returns.entries())
    for (const each of between(sorted, from - SLACK, from + SLACK))
      if (each.size < -SLACK && to - from >= each.size - SLACK) places.set(each, era)
  return places
}

/** The same where it is known after which eras corrections were made. */
export function withPlaces(
  when: Meanwhile,
  { fromEra, toEra }: Change,
  places: ReadonlyMap<Correction, number>,
): Meanwhile {
  if (places.size === 0) return when
  const among = (each: Correction, otherwise: (each: Correction) => boolean): boolean => {
    const era = places.get(each)
    return era === undefined ? otherwise(each) : fromEra <= era && era < toEra
  }
  return {
    stamps: when.stamps,
    perhaps: each => among(each, when.perhaps),
    surely: each => among(each, when.surely),
    open: each => !places.has(each) && when.open(each),
  }
}

export function meanwhileByStamp(change: Change, exact: boolean): Meanwhile {
  const { from, to, spacing } = change
  const [low, high] = [Math.min(from, to), Math.max(from, to)]
  const perhaps = () => true
  const stamps: [Seconds, Seconds] = [low - SLACK, high + SLACK]
  if (exact)
    return { stamps, perhaps, surely: ({ at }) => at >= low && at < high, open: inTheSecondOf(change) }
  // The stamps between them are there twice: before the clock went back, and after it.
  const twice = to < from - SLACK
  // What set it back was after the first of the two by the clock as it was, and before the second by the clock that was set.
  const wait = twice ? WAITS * spacing : 0
  // A step back between them may be stamped by the clock as it was, which is later than the second of them.
  const back = twice ? 0 : Math.max(0, change.after - change.before)
  const isLater = ({ at }: Correction) => at > stamps[1]
  // What emptied ntpd's filter was before the first measurement in it, and after the last one before.
  const inItsSecond = change.fresh ? () => false : inTheSecondOf(change)
  return {
    stamps: [stamps[0] - wait, stamps[1] + wait + back],
    perhaps,
    surely: each => !twice && !isLater(each),
    open: twice ? () => true : each => isLater(each) || inItsSecond(each),
  }
}

/**
 * The change without the corrections in its time. Whether a correction in the very second of a measurement was made
 * before or after it cannot be read; what explains more is taken.
 */
export function bestRest(
  delta: Seconds,
  meanwhile: readonly Correction[],
  { surely, open: isOpen }: Meanwhile,
): { rest: Seconds; of: Correction[] } {
  const certain = meanwhile.filter(surely)
  let best = { rest: delta + sum(certain), of: certain }
  const open = meanwhile.filter(isOpen)
  if (open.length === 0 || open.length > 4) return best
  const sure = certain.filter(each => !open.includes(each))
  for (let choice = 0; choice < 1 << open.length; choice++) {
    const of = [...sure, ...open.filter((_, i) => choice & (1 << i))]
    const rest = delta + sum(of)
    // Only a much better explanation overrules the order of the stamps.
    if (Math.abs(rest) < 0.1 * Math.abs(best.rest)) best = { rest, of }
  }
  return best
}

const sum = (all: readonly Correction[]): Seconds => all.reduce((total, { size }) => total + size, 0)

export function between<T extends { readonly at: Seconds }>(
  sorted: readonly T[],
  from: Seconds,
  to: Seconds,
): readonly T[] {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]!.at < from) low = middle + 1
    else high = middle
  }
  let end = low
  while (end < sorted.length && sorted[end]!.at <= to) end++
  return sorted.slice(low, end)
}
