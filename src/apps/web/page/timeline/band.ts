/**
 * The band around the combined estimate: true time lay in it, by all that was known. Each estimate makes it narrow, and
 * from there on it grows by what the rate could be wrong, until the next: a sawtooth. Its middle is the line, so what
 * was drawn stays where it is; what was believed then of the time in between would need the steering of the clock, which
 * nobody records.
 *
 * Rough: how the rate itself may have changed meanwhile is left out. It is little, except after hours without a source.
 */
import { type Track, valuesByTime } from './pieces.ts'

export interface Bound {
  /** Half the height of the band right after each estimate. */
  readonly track: Track
  /** By how much that grows in a second: what the rate can be wrong by, by the time of the estimate. */
  readonly growth: ReadonlyMap<number, { readonly last: number; readonly max: number }>
  /** The last point is no estimate but what is believed now: its bound has grown already. */
  readonly carried: boolean
}

export const boundOf = (track: Track, frequencyErrorBound: Track, carried: boolean): Bound => ({
  track,
  growth: valuesByTime(frequencyErrorBound),
  carried,
})

/** The tooth ends so much before the next estimate: its edge is upright on every screen. */
const EDGE = 1e-3

export interface Band {
  readonly x: number[]
  readonly high: (number | null)[]
  readonly low: (number | null)[]
}

/** The edges of the band over one run of the line. */
export function bandOf(line: Track, bound: Bound, run: readonly number[]): Band {
  const band: Band = { x: [], high: [], low: [] }
  const add = (x: number, high: number | null | undefined, low: number | null | undefined, half: number) => {
    band.x.push(x)
    band.high.push(high == null ? null : high + half)
    band.low.push(low == null ? null : low - half)
  }
  run.forEach((i, k) => {
    const before = run[k - 1]
    const x = line.x[i]!
    let half = bound.track.max[i] ?? 0
    if (before !== undefined && !isCarried(bound, i)) {
      const age = x - line.x[before]!
      // Where a point stands for several estimates their teeth are too fine to be seen, and the band holds their tips.
      if (line.count[i]! > 1) half += (bound.growth.get(x)?.max ?? 0) * (age / line.count[i]!)
      else add(x - EDGE * age, line.last[i], line.last[i], grown(line, bound, before, x))
    }
    add(x, line.max[i], line.min[i], half)
  })
  return band
}

/** Half the height of the band at any time of the run. */
export function boundAt(line: Track, bound: Bound, run: readonly number[], x: number): number | null {
  const before = run.findLast(i => line.x[i]! <= x) ?? run[0]
  return before === undefined ? null : grown(line, bound, before, x)
}

/** What the bound of a point has grown to at time x. */
function grown(line: Track, bound: Bound, i: number, x: number): number {
  const age = Math.max(0, x - line.x[i]!)
  return (bound.track.last[i] ?? 0) + (bound.growth.get(line.x[i]!)?.last ?? 0) * age
}

const isCarried = ({ track, carried }: Bound, i: number): boolean => carried && i === track.x.length - 1
