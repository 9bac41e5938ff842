/**
 * Is a clock better than it was, by how much, and how surely? Two logs may be of different length, with other polls and another
 * number of sources, and the clock the same: what is compared must not depend on how often or how long it was measured. The worst
 * of a window does, and so does its median against a window of fewer measurements.
 *
 * Both series are cut into windows of the same width, as many measurements in each as noise needs to be known. Of each window two
 * squares are taken whose expectation does not depend on their number: that of the offsets as they were measured, and that of the
 * clock, which is the square of their mean without what their scatter adds to it. The means of these over all windows are
 * compared (Welch 1947); neighbouring windows are alike, so they count as fewer (as in an autoregression of the first order).
 * The clock is judged first, as it is what the daemon keeps; what only the noise of the network makes smaller is told as that.
 */

import { upperMedian } from '#core/number/quantile.ts'
import { sum } from '#core/number/sum.ts'
import type { Seconds } from '#core/time/units.ts'
import type { OffsetMeasures } from '../host-log.ts'
import type { Summary } from './windows.ts'

/** Of the shorter series, at most. */
const WINDOWS = 48
/** With fewer windows nothing is said. */
const FEWEST = 4
/** Measurements in a window, on average: their scatter tells what is noise. */
const MEASURED = 8
/** Less than that often by chance, for each of the two. */
const SURE = 0.025
/** A window so many times as large as the usual one (its square) is an event, which findings tell; there are few of them. */
const EVENT = 25
const FEW = 0.1
/** So many standard deviations above zero. */
const SURELY = 2
/** Neighbours are never more alike than that. */
const MOST_ALIKE = 0.9

export interface Sizes {
  readonly rms: Seconds
  readonly p50: Seconds
  readonly p95: Seconds
  readonly worst: Seconds
  /** RMS over windows, with an event no larger than the worst of the others. */
  readonly usual: Seconds
  /** How far off the clock was (RMS over windows), the scatter of its measurements taken out; NaN when not known. */
  readonly clock: Seconds
  /** What the measurements scatter beyond that. */
  readonly noise: Seconds
}

export interface Comparison {
  readonly before: Sizes
  readonly after: Sizes
  readonly outcome: 'better' | 'worse' | 'alike' | 'not known'
  /** What the outcome is of: the clock, or only the offsets as they were measured. */
  readonly by: 'clock' | 'measured' | undefined
  /** How likely the offsets in a window after are smaller (RMS) than in one before: a half when they are alike. */
  readonly share: number
  /** How seldom chance alone would show such a difference: 0.99 when once in a hundred times. */
  readonly confidence: number
}

export function compareOffsets(before: OffsetMeasures, after: OffsetMeasures): Comparison {
  const width = widthFor(before, after)
  const [a, b] = [squaresOf(before, width), squaresOf(after, width)]
  const sizes = { before: sizesOf(before, a), after: sizesOf(after, b) }
  if (a.measured.length < FEWEST || b.measured.length < FEWEST)
    return { ...sizes, outcome: 'not known', by: undefined, share: Number.NaN, confidence: Number.NaN }
  const judged = (['clock', 'measured'] as const).map(by => ({ by, ...welch(a[by], b[by]) }))
  const told = judged.find(({ chance }) => chance < SURE)
  return {
    ...sizes,
    outcome: !told ? 'alike' : told.less > 0 ? 'better' : 'worse',
    by: told?.by,
    share: shareOf(a.measured, b.measured),
    confidence: 1 - (told?.chance ?? Math.min(...judged.map(({ chance }) => chance))),
  }
}

const sizesOf = ({ whole, sizes }: OffsetMeasures, { measured, clock }: Squares): Sizes => ({
  rms: whole.rms,
  p50: sizes.at(0.5),
  p95: sizes.at(0.95),
  worst: Math.max(Math.abs(whole.least), Math.abs(whole.most)),
  usual: Math.sqrt(mean(measured)),
  clock: Math.sqrt(Math.max(0, mean(clock))),
  noise: Math.sqrt(Math.max(0, mean(measured) - Math.max(0, mean(clock)))),
})

/** The same for both, and a power of two, as the windows are that are joined to it. */
function widthFor(before: OffsetMeasures, after: OffsetMeasures): Seconds {
  const both = [before, after].map(({ windows }) => {
    // Of the time in which something was measured.
    const all = windows.wide(windows.width)
    return { span: all.length * windows.width, count: sum(all.map(({ count }) => count)) }
  })
  const least = Math.max(
    Math.min(...both.map(({ span }) => span)) / WINDOWS,
    ...both.map(({ span, count }) => (MEASURED * span) / count),
    before.windows.width,
    after.windows.width,
  )
  return 2 ** Math.ceil(Math.log2(least))
}

interface Squares {
  readonly measured: readonly number[]
  readonly clock: readonly number[]
}

function squaresOf({ windows }: OffsetMeasures, width: Seconds): Squares {
  const all = windows.wide(width).filter(({ count }) => count > 1)
  const measured = all.map(({ rms }) => rms ** 2)
  const usual = EVENT * upperMedian(measured)
  const isEvent = measured.map(square => square > usual)
  const few = isEvent.filter(Boolean).length <= FEW * all.length
  // An event counts as much as the worst of the others.
  const calm = (squares: readonly number[]) => {
    const most = Math.max(...squares.filter((_, i) => !isEvent[i]))
    return few ? squares.map((square, i) => (isEvent[i] ? Math.min(square, most) : square)) : squares
  }
  return { measured: calm(measured), clock: calm(all.map(ofClock)) }
}

/** The square of the mean, without what scatter adds to it: right on average, and so below zero at times. */
const ofClock = ({ mean, deviation, count }: Summary): number => mean ** 2 - deviation ** 2 / (count - 1)

/**
 * By how much the second is less, and how often chance makes such a difference. Squares that are surely above zero are compared by
 * their logarithms: the larger of two scatters as much more as it is larger.
 */
function welch(before: readonly number[], after: readonly number[]): { less: number; chance: number } {
  const [a, b] = [meanOf(before), meanOf(after)]
  const [x, y] =
    a.mean > SURELY * a.error && b.mean > SURELY * b.error ? [inLogarithms(a), inLogarithms(b)] : [a, b]
  // No square is below zero, though what is known of it may be.
  const less = (x === a ? Math.max(0, x.mean) : x.mean) - (y === b ? Math.max(0, y.mean) : y.mean)
  const [va, vb] = [x.error ** 2, y.error ** 2]
  if (va + vb === 0) return { less, chance: less === 0 ? 1 : 0 }
  const degrees = (va + vb) ** 2 / (va ** 2 / a.degrees + vb ** 2 / b.degrees)
  return { less, chance: twoSided(asNormal(less / Math.sqrt(va + vb), degrees)) }
}

interface Mean {
  readonly mean: number
  /** Its standard deviation, and the degrees of freedom of that. */
  readonly error: number
  readonly degrees: number
}

const inLogarithms = ({ mean, error, degrees }: Mean): Mean => ({
  mean: Math.log(mean),
  error: error / mean,
  degrees,
})

function meanOf(values: readonly number[]): Mean {
  const middle = mean(values)
  const apart = values.map(value => value - middle)
  const squares = sum(apart.map(each => each ** 2))
  const products = sum(apart.slice(1).map((each, i) => each * apart[i]!))
  const alike = squares === 0 ? 0 : Math.min(MOST_ALIKE, Math.max(0, products / squares))
  const count = (values.length * (1 - alike)) / (1 + alike)
  return {
    mean: middle,
    error: Math.sqrt(squares / (values.length - 1) / count),
    degrees: Math.max(1, count - 1),
  }
}

function shareOf(before: readonly number[], after: readonly number[]): number {
  const smaller = sum(before.flatMap(x => after.map(y => (y < x ? 1 : y === x ? 0.5 : 0))))
  return smaller / (before.length * after.length)
}

const mean = (values: readonly number[]): number => sum(values) / values.length

/** Student's t as deviations of a normal distribution (Wallace 1959). */
const asNormal = (t: number, degrees: number): number =>
  ((8 * degrees + 1) / (8 * degrees + 3)) * Math.sqrt(degrees * Math.log1p(t ** 2 / degrees))

/** How often chance is that far from the middle (Abramowitz and Stegun, 7.1.26). */
function twoSided(deviations: number): number {
  const x = Math.abs(deviations) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.min(1, series * Math.exp(-x * x))
}
