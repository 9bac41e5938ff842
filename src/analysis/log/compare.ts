/**
 * Is one offset smaller than another, by how much, and how surely? Neighbouring measurements are alike, so they are no
 * witnesses of their own: each series is cut into a few dozen windows of time, each window speaks with its largest offset, and
 * the windows are compared by rank (Mann and Whitney 1947), which asks nothing of how they are distributed.
 */
import type { Seconds } from '#core/time/units.ts'
import type { OffsetMeasures } from './host-log.ts'

const WINDOWS = 48
/** With fewer windows nothing is said. */
const FEWEST = 4
/** Less than that often by chance. */
const SURE = 0.05

export interface Sizes {
  readonly rms: Seconds
  readonly p50: Seconds
  readonly p95: Seconds
  readonly worst: Seconds
}

export interface Comparison {
  readonly before: Sizes
  readonly after: Sizes
  readonly outcome: 'better' | 'worse' | 'alike' | 'not known'
  /** How likely a window after is better than one before: a half when they are alike. */
  readonly share: number
  /** How seldom chance alone would show such a difference: 0.99 when once in a hundred times. */
  readonly confidence: number
}

export function compareOffsets(before: OffsetMeasures, after: OffsetMeasures): Comparison {
  const [a, b] = [windowsOf(before), windowsOf(after)]
  const sizes = { before: sizesOf(before), after: sizesOf(after) }
  if (a.length < FEWEST || b.length < FEWEST)
    return { ...sizes, outcome: 'not known', share: Number.NaN, confidence: Number.NaN }
  let smaller = 0
  for (const x of a) for (const y of b) smaller += y < x ? 1 : y === x ? 0.5 : 0
  const pairs = a.length * b.length
  const deviation = Math.sqrt((pairs * (a.length + b.length + 1)) / 12)
  const chance = twoSided((smaller - pairs / 2) / deviation)
  const share = smaller / pairs
  const outcome = chance > SURE ? 'alike' : share > 0.5 ? 'better' : 'worse'
  return { ...sizes, outcome, share, confidence: 1 - chance }
}

const sizesOf = ({ whole, sizes }: OffsetMeasures): Sizes => ({
  rms: whole.rms,
  p50: sizes.at(0.5),
  p95: sizes.at(0.95),
  worst: Math.max(Math.abs(whole.least), Math.abs(whole.most)),
})

function windowsOf({ envelope }: OffsetMeasures): Seconds[] {
  const buckets = envelope.buckets()
  if (buckets.length === 0) return []
  const from = buckets[0]!.from
  const width = (buckets.at(-1)!.to - from) / WINDOWS
  const windows: Seconds[] = []
  for (const bucket of buckets) {
    const place = Math.min(WINDOWS - 1, Math.floor((bucket.from - from) / width))
    windows[place] = Math.max(windows[place] ?? 0, Math.abs(bucket.min), Math.abs(bucket.max))
  }
  // A window in which nothing was measured is no window.
  return windows.filter(size => size !== undefined)
}

/** How often chance is that far from the middle (Abramowitz and Stegun, 7.1.26). */
function twoSided(deviations: number): number {
  const x = Math.abs(deviations) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.min(1, series * Math.exp(-x * x))
}
