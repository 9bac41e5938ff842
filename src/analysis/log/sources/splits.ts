/**
 * When sources contradicted each other and no majority was left: half of them went away from the rest, or one of two. Each claims
 * what it showed, give or take what its way explains; without a moment that more than half of them can mean, nobody can tell.
 */
import type { Seconds } from '#core/time/units.ts'
import { type Heard, LEAST_TIME, oftenHeard, reachOf, type Shown, shownAgainst } from './shown.ts'

/** One that was heard for a part of the log only is no measure of the rest. */
const NEARLY_ALL = 0.8
/** One that agrees is asked seldom: in hours a few times. */
const FINENESS = { rows: 4, every: 4, least: 2 }
/** In a row: one may be a filter that holds an old sample. */
const LEAST_WINDOWS = 2

export interface Split {
  readonly from: Seconds
  readonly to: Seconds
  /** By how much they were apart at most. */
  readonly apart: Seconds
  /** It ends where the log does. */
  readonly open: boolean
}

/** The windows of a log, of each source that was heard in one; the measure is the source that was asked least often. */
export function windowsOf(all: readonly Heard[]): Shown[][] {
  const often = oftenHeard(all)
  if (often.length < 2) return []
  const longest = Math.max(...often.map(({ thinned }) => reachOf(thinned)))
  const [reference] = often
    .filter(({ thinned }) => reachOf(thinned) >= NEARLY_ALL * longest)
    .toSorted((a, b) => a.thinned.rows.length - b.thinned.rows.length)
  return shownAgainst(reference!, often, FINENESS).filter(window => window.length > 0)
}

export function splitsOf(all: readonly Heard[]): Split[] {
  const spans = new Map(all.map(({ source, thinned: { timed } }) => [source, timed]))
  const runs: { split: boolean; of: Shown[][] }[] = []
  for (const window of windowsOf(all)) {
    const from = window[0]!.apart[0]!.at
    const heard = window.map(({ source }) => source)
    // Who is asked too seldom to be in it may agree with the most.
    const unknown = [...spans].filter(
      ([source, timed]) => !heard.includes(source) && timed[0]!.at <= from && timed.at(-1)!.at >= from,
    ).length
    const split = 2 * (largestOf(window).length + unknown) <= window.length + unknown
    const last = runs.at(-1)
    if (last?.split === split) last.of.push(window)
    else runs.push({ split, of: [window] })
  }
  return runs.flatMap(({ split, of }, i): Split[] => {
    if (!split || of.length < LEAST_WINDOWS) return []
    const away = of.flatMap(awayIn)
    const [from, to] = [Math.min(...away), Math.max(...away)]
    return !(to - from >= LEAST_TIME)
      ? []
      : [{ from, to, apart: Math.max(...of.map(apartIn)), open: i === runs.length - 1 }]
  })
}

/** Most of those that can all mean one moment. */
function largestOf(window: readonly Shown[]): readonly Shown[] {
  return window
    .map(({ low, limit }) =>
      window.filter(each => each.low - each.limit <= low - limit && each.high + each.limit >= low - limit),
    )
    .reduce((a, b) => (b.length > a.length ? b : a))
}

/** When one of them was measured away from the one that all are held against. */
function awayIn(window: readonly Shown[]): Seconds[] {
  const reference = window.find(({ apart }) => apart.every(({ size }) => size === 0))
  return window.flatMap(({ apart, limit }) =>
    apart.filter(({ size }) => Math.abs(size) > limit + (reference?.limit ?? 0)).map(({ at }) => at),
  )
}

function apartIn(window: readonly Shown[]): Seconds {
  const levels = window.map(({ level }) => level)
  return Math.max(...levels) - Math.min(...levels)
}
