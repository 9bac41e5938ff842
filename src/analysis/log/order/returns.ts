/**
 * Where the stamps of a file go back. Lines are only ever added at its end: between two of them its clock was set back, by at least as
 * much, or the file was put together of parts.
 */
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { Placed } from './line-order.ts'

/** Lines of several programs are not quite in order. */
const LEAST: Seconds = 5
/** Of a gap of a log: a clock that was ahead for as long would be found right just then by chance only. */
const FILLED = 0.9
/** A log that runs backwards more often is out of order. */
const MOST = 2

/** Two lines, one after the other, of which the second has the earlier stamp. */
export interface WentBack {
  readonly before: Placed & { readonly text?: string }
  readonly after: Placed & { readonly text?: string }
  readonly by: Seconds
}

/** The same between two words of daemons. */
export interface Return extends WentBack {
  readonly before: LogEvent
  readonly after: LogEvent
}

/**
 * Where they go back to before the beginning of the file, or what follows fills a gap that was there before, its parts are out of order, but
 * where two lines surely followed each other.
 */
export function returnsOf(
  events: readonly LogEvent[],
  surely: (before: LogEvent, after: LogEvent) => boolean = () => false,
): Return[] {
  const sorted = events.toSorted((a, b) => a.line - b.line)
  let first = Number.POSITIVE_INFINITY
  const all: Return[] = []
  for (const [i, after] of sorted.entries()) {
    const before = sorted[i - 1]
    if (before && before.at - after.at > LEAST) {
      const outOfOrder = after.at < first || fillsAGap(sorted, i)
      if (outOfOrder && !surely(before, after)) return []
      all.push({ before, after, by: before.at - after.at })
    }
    first = Math.min(first, after.at)
  }
  return all.length > MOST ? [] : all
}

/** What comes from there on goes on after all that there was, or ends, before it sees a time that was there. */
function fillsAGap(events: readonly LogEvent[], back: number): boolean {
  const { at } = events[back]!
  const next = events.findIndex((each, i) => i < back && each.at > at)
  const begins = events[next - 1]?.at
  if (begins === undefined) return false
  const [ends, most] = [events[next]!.at, events[back - 1]!.at]
  const rest = events.slice(back)
  const end = rest.findIndex((each, i) => i > 0 && (each.at < rest[i - 1]!.at - LEAST || each.at > ends))
  const goesOn = rest[end]
  const twice = goesOn !== undefined && goesOn.at > ends && goesOn.at <= most
  return !twice && rest.at(end < 0 ? -1 : end - 1)!.at - at > FILLED * (ends - begins)
}
