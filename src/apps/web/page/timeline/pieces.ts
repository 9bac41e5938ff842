/**
 * Series as they are: with holes, and with a time axis that may run backwards, because it is the clock that is being
 * watched. A plot needs growing x, so a series is cut into pieces where its clock was set back, and a piece is cut into
 * runs where nobody measured.
 */
import { parseDecimal } from '#core/time/format.ts'
import type { SeriesBody } from '#report/bodies.ts'

/** Columns in order of arrival; x is seconds since 1970, good to 0.2 µs and so for axes only. */
export interface Track {
  readonly x: number[]
  readonly last: (number | null)[]
  readonly min: (number | null)[]
  readonly max: (number | null)[]
}

export const emptyTrack = (): Track => ({ x: [], last: [], min: [], max: [] })

export function trackOf(series: SeriesBody): Track {
  const base = Number(parseDecimal(series.from)!) / 1e9
  return { x: series.at.map(at => base + at), last: series.last, min: series.min, max: series.max }
}

export const pushed = ({ x, last, min, max }: Track, at: number, value: number | null): Track => ({
  x: [...x, at],
  last: [...last, value],
  min: [...min, value],
  max: [...max, value],
})

export function push(track: Track, x: number, value: number | null): void {
  track.x.push(x)
  track.last.push(value)
  track.min.push(value)
  track.max.push(value)
}

/** Indices of the track in pieces with strictly growing x. */
export function pieces({ x }: Pick<Track, 'x'>): number[][] {
  const found: number[][] = []
  for (let i = 0; i < x.length; i++) {
    const piece = found.at(-1)
    if (!piece || x[i]! < x[i - 1]!) found.push([i])
    // Two readings in one instant cannot both be drawn; the later one stands.
    else if (x[i] === x[i - 1]) piece[piece.length - 1] = i
    else piece.push(i)
  }
  return found
}

/** The same, cut further where a distance is a gap. */
export function withGaps(track: Pick<Track, 'x'>, breaks: readonly number[] = []): number[][] {
  return pieces(track).flatMap(piece => {
    const runs: number[][] = []
    const gaps = gapsAfter(
      piece.map(i => track.x[i]!),
      breaks,
    )
    piece.forEach((index, i) => {
      if (i === 0 || gaps.has(i - 1)) runs.push([])
      runs.at(-1)!.push(index)
    })
    return runs
  })
}

/** When the last point was not measured but carried forward, it belongs to the run before, however long ago that ended. */
export function joinLast(runs: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const [before, last] = runs.slice(-2)
  return before && last?.length === 1 ? [...runs.slice(0, -2), [...before, ...last]] : runs
}

/** A distance this many times the usual one around it is a gap: a poll interval may double, and a reply may be lost. */
const GAP_FACTOR = 4
const NEIGHBOURS = 3

/**
 * Positions after which there is a gap. "Usual" is the median distance nearby, because polls slow down and speed up.
 * Where the agent was started (`breaks`), there is a gap in any case.
 */
export function gapsAfter(x: readonly number[], breaks: readonly number[] = []): Set<number> {
  const distances = x.slice(1).map((at, i) => at - x[i]!)
  const gaps = new Set<number>()
  distances.forEach((distance, i) => {
    const near = [
      ...distances.slice(Math.max(0, i - NEIGHBOURS), i),
      ...distances.slice(i + 1, i + 1 + NEIGHBOURS),
    ]
    if (near.length > 0 && distance > GAP_FACTOR * median(near)) gaps.add(i)
    else if (breaks.some(at => at > x[i]! && at < x[i + 1]!)) gaps.add(i)
  })
  return gaps
}

/** The position nearest to x in the newest run that holds it, or comes within reach; undefined in a gap. */
export function nearestAt(
  { x: xs, runs }: { readonly x: readonly number[]; readonly runs: readonly (readonly number[])[] },
  x: number,
  reach: number,
): number | undefined {
  for (let i = runs.length - 1; i >= 0; i--) {
    const run = runs[i]!
    const nearest = nearestIn(run, xs, x)
    if (nearest === undefined) continue
    const inside = x >= xs[run[0]!]! && x <= xs[run.at(-1)!]!
    if (inside || Math.abs(xs[nearest]! - x) <= reach) return nearest
  }
  return undefined
}

function nearestIn(run: readonly number[], xs: readonly number[], x: number): number | undefined {
  let low = 0
  let high = run.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (xs[run[middle]!]! <= x) low = middle
    else high = middle
  }
  const [a, b] = [run[low], run[high]]
  if (a === undefined || b === undefined) return undefined
  return Math.abs(xs[a]! - x) <= Math.abs(xs[b]! - x) ? a : b
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
