/**
 * Series as they are: with holes, and with a time axis that may run backwards, because it is the clock that is being
 * watched. A plot needs growing x, so a series is cut into pieces where its clock was set back, and a piece is cut into
 * runs where nobody measured.
 */
import { parseDecimal } from '#core/time/format.ts'
import type { SeriesBody } from '#report/bodies.ts'

/** Columns in order of arrival; times are seconds since 1970, good to 0.2 µs and so for axes only. */
export interface Track {
  /** Of the last reading of each point. */
  readonly x: number[]
  /** Of its first reading. */
  readonly first: number[]
  /** How many readings it stands for. */
  readonly count: number[]
  readonly last: (number | null)[]
  readonly min: (number | null)[]
  readonly max: (number | null)[]
}

export const emptyTrack = (): Track => ({ x: [], first: [], count: [], last: [], min: [], max: [] })

export function trackOf({ from, first, at, count, last, min, max }: SeriesBody): Track {
  const base = Number(parseDecimal(from)!) / 1e9
  return { x: at.map(each => base + each), first: first.map(each => base + each), count, last, min, max }
}

export function pushed(track: Track, at: number, value: number | null): Track {
  const { x, first, count, last, min, max } = track
  const longer = {
    x: [...x],
    first: [...first],
    count: [...count],
    last: [...last],
    min: [...min],
    max: [...max],
  }
  push(longer, at, value)
  return longer
}

export function push(track: Track, x: number, value: number | null): void {
  track.x.push(x)
  track.first.push(x)
  track.count.push(1)
  track.last.push(value)
  track.min.push(value)
  track.max.push(value)
}

/** From the time of a point to its values, for series that lack points of others. */
export const valuesByTime = ({ x, last, max }: Track): ReadonlyMap<number, { last: number; max: number }> =>
  new Map(
    x.flatMap((at, i) => (last[i] == null || max[i] == null ? [] : [[at, { last: last[i], max: max[i] }]])),
  )

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

/** Silence that is longer than this many poll intervals is a gap: the interval may double, and a reply may be lost. */
const GAP_POLLS = 4
/** log2 of seconds, when it is not known: the longest usual one. */
const UNKNOWN_POLL = 10

/** How long the silence after a point may last, by the poll interval that its last record had. */
export function patienceOf(track: Pick<Track, 'x'>, poll: Track): (i: number) => number {
  const polls = valuesByTime(poll)
  return i => GAP_POLLS * 2 ** (polls.get(track.x[i]!)?.last ?? UNKNOWN_POLL)
}

/**
 * The pieces, cut further: where the agent began anew (`breaks`), and where the silence after a point was longer than
 * `patience`. Both lie in the data, so a gap stays where it is, however long and whenever one looks; only one that is
 * smaller than the distance of points (`resolution`) is never shown.
 */
export function runsOf(
  track: Pick<Track, 'x' | 'first'>,
  cut: {
    readonly breaks?: readonly number[]
    readonly patience?: (i: number) => number
    readonly resolution?: number
  },
): number[][] {
  const { breaks = [], patience = () => Number.POSITIVE_INFINITY, resolution = 0 } = cut
  return pieces(track).flatMap(piece => {
    const runs: number[][] = []
    let before: number | undefined
    for (const i of piece) {
      const gap =
        before === undefined ||
        track.first[i]! - track.x[before]! > Math.max(patience(before), resolution) ||
        breaks.some(at => at > track.x[before!]! && at < track.x[i]!)
      if (gap) runs.push([])
      runs.at(-1)!.push(i)
      before = i
    }
    return runs
  })
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
