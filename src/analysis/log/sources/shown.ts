/**
 * What sources showed at the same times: the log is looked at in windows of a few measurements of one source, and in each the
 * sources are held against that one.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Apart, Thinned } from '../statistics/thinned.ts'
import { mostExplained } from './most-explained.ts'

/** A source that was heard less often is held against none. */
const LEAST_HEARD = 8
/** How finely the log is looked at. */
export interface Fineness {
  /** Measurements of the source that the others are held against. */
  readonly rows: number
  /** From the begin of one window to that of the next: less where what lasts a window and a half shall fill two. */
  readonly every: number
  /** Of the others fewer say nothing. */
  readonly least: number
}
export const LEAST_TIME: Seconds = 1800

export interface Heard {
  readonly source: number
  readonly thinned: Thinned
}

/** What a source showed in a window, against the reference. */
export interface Shown {
  readonly source: number
  /** The median, and the quarters. */
  readonly level: Seconds
  readonly low: Seconds
  readonly high: Seconds
  readonly delay: Seconds
  /** What its way explains, and a clock that runs away: of ntpd's filters a sample may be eight polls old. */
  readonly limit: Seconds
  readonly apart: readonly Apart[]
}

export const oftenHeard = (all: readonly Heard[]): Heard[] =>
  all.filter(({ thinned }) => thinned.rows.length >= LEAST_HEARD)

export const shownAgainst = (
  { thinned: reference }: Heard,
  all: readonly Heard[],
  fineness: Fineness,
): Shown[][] =>
  windowsBy(
    reference.rows,
    all.map(({ source, thinned }) => ({ source, apart: thinned.against(reference) })),
    fineness,
  )

/** What one shows while it is asked more often than the others, and what these do at its moments. */
export const shownBeside = (one: Heard, others: readonly Heard[], fineness: Fineness): Shown[][] =>
  windowsBy(
    one.thinned.rows,
    [
      { source: one.source, apart: one.thinned.own },
      ...others.map(({ source, thinned }) => ({ source, apart: one.thinned.ofOthers(thinned) })),
    ],
    fineness,
  )

/** In windows of so many of these rows. */
function windowsBy(
  rows: readonly number[],
  all: readonly { readonly source: number; readonly apart: readonly Apart[] }[],
  fineness: Fineness,
): Shown[][] {
  const begins = Array.from(
    { length: Math.max(0, Math.floor((rows.length - fineness.rows) / fineness.every) + 1) },
    (_, i) => i * fineness.every,
  )
  const windows: Shown[][] = begins.map(() => [])
  for (const { source, apart } of all) {
    let start = 0
    for (const [i, window] of windows.entries()) {
      const end = i + 1 < windows.length ? rows[begins[i]! + fineness.rows]! : Number.POSITIVE_INFINITY
      while (i > 0 && start < apart.length && apart[start]!.row < rows[begins[i]!]!) start++
      let stop = start
      while (stop < apart.length && apart[stop]!.row < end) stop++
      if (stop - start >= fineness.least) window.push(shownBy(source, apart.slice(start, stop)))
    }
  }
  return windows
}

export const reachOf = ({ rows }: Thinned): number => rows.at(-1)! - rows[0]!

function shownBy(source: number, apart: readonly Apart[]): Shown {
  const sizes = apart.map(({ size }) => size).sort((a, b) => a - b)
  const delays = apart.map(({ delay }) => delay).filter(delay => !Number.isNaN(delay))
  const delay = upperMedian(delays)
  const quarter = sizes.length >> 2
  return {
    source,
    level: upperMedian(sizes),
    low: sizes[quarter]!,
    high: sizes[sizes.length - 1 - quarter]!,
    delay,
    limit: mostExplained(delay) + upperMedian(apart.map(({ moved }) => moved)),
    apart,
  }
}
