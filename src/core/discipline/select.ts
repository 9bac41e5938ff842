/**
 * Selection: which sources can be telling the truth? (Marzullo 1984; RFC 5905, section 11.2.1)
 * Each source claims an interval, offset ± root distance; true time lies where most intervals meet.
 *
 * Two answers, because they are two questions:
 * - `low … high` spans every point that more than half of the intervals cover. As long as the liars are a minority,
 *   true time lies in it, whoever they are: it is what the error bound may be built on.
 * - `best` is the part that most intervals cover; who covers it is a truechimer. It lies inside each truechimer's
 *   interval by construction.
 *
 * The RFC's scan counts `n - found` where it means `n - allow` (errata 6207); with coverage counted directly the
 * question does not arise. Where the points covered by a majority fall apart into separate pieces, two majorities
 * exist (a wide honest interval can meet both the honest and the liars): the piece that agrees with what we knew
 * before is taken, and without such knowledge the honest answer is none.
 * With two disagreeing sources there is no majority either.
 */
import type { Seconds } from '#core/time/units.ts'

export interface Interval {
  readonly low: Seconds
  readonly high: Seconds
}

export const meet = (a: Interval, b: Interval): boolean => a.low <= b.high && b.low <= a.high

/** How far the interval reaches from a point in it, at most: how wrong that point can be. */
export const reachFrom = (point: Seconds, { low, high }: Interval): Seconds =>
  Math.max(high - point, point - low)

export type Selection =
  | (Interval & {
      readonly kind: 'majority'
      readonly best: Interval
      /** Indices into the candidates. */
      readonly truechimers: readonly number[]
    })
  | { readonly kind: 'no-majority' }

/** `prior`: where true time must lie by what was known before; only used to tell two majorities apart. */
export function selectTruechimers(candidates: readonly Interval[], prior?: Interval): Selection {
  const majority = Math.floor(candidates.length / 2) + 1
  const pieces = piecesCoveredBy(candidates, majority)
  const piece = pieces.length === 1 ? pieces[0] : onlyOneMeeting(pieces, prior)
  if (!piece) return { kind: 'no-majority' }
  const truechimers: number[] = []
  candidates.forEach((candidate, i) => {
    if (candidate.low <= piece.best.low && candidate.high >= piece.best.high) truechimers.push(i)
  })
  return { kind: 'majority', low: piece.low, high: piece.high, best: piece.best, truechimers }
}

interface Edge {
  readonly at: Seconds
  readonly step: 1 | -1
}

interface Piece extends Interval {
  readonly best: Interval
}

/** In order; where one ends as another begins, they meet. There are few. */
function insert(edges: Edge[], edge: Edge): void {
  let i = edges.push(edge) - 1
  for (; i > 0 && isBehind(edges[i - 1]!, edge); i--) edges[i] = edges[i - 1]!
  edges[i] = edge
}

const isBehind = (edge: Edge, other: Edge): boolean =>
  edge.at > other.at || (edge.at === other.at && edge.step < other.step)

/** The connected stretches that at least `enough` intervals cover, from left to right. */
function piecesCoveredBy(candidates: readonly Interval[], enough: number): Piece[] {
  const edges: Edge[] = []
  for (const { low, high } of candidates) {
    if (Number.isFinite(low)) insert(edges, { at: low, step: +1 })
    if (Number.isFinite(high)) insert(edges, { at: high, step: -1 })
  }
  const pieces: Piece[] = []
  let cover = 0
  let low: Seconds | undefined
  let most = 0
  let best: Interval | undefined
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i]!
    cover += edge.step
    if (edge.step > 0) {
      if (cover >= enough) low ??= edge.at
      if (cover >= enough && cover > most) {
        most = cover
        // The most covered stretch ends at the next edge, which then must be a falling one.
        best = { low: edge.at, high: edges[i + 1]!.at }
      }
    } else if (cover === enough - 1 && low !== undefined && best) {
      pieces.push({ low, high: edge.at, best })
      low = undefined
      best = undefined
      most = 0
    }
  }
  return pieces
}

function onlyOneMeeting(pieces: readonly Piece[], prior: Interval | undefined): Piece | undefined {
  if (!prior) return undefined
  const meeting = pieces.filter(piece => piece.low <= prior.high && piece.high >= prior.low)
  return meeting.length === 1 ? meeting[0] : undefined
}
