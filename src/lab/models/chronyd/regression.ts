/**
 * Straight lines through measurements (facts: regress.c of chrony 4.3). A line is fitted with weights; as long as the signs
 * of its residuals change so rarely that the points do not look like a line with noise, the oldest point is dropped.
 */

/** Fewer samples make no line. */
export const LEAST_SAMPLES = 3
/** Student's t, 99.95 %, by degrees of freedom from 1. */
const STUDENT_T = [
  636.6, 31.6, 12.92, 8.61, 6.869, 5.959, 5.408, 5.041, 4.781, 4.587, 4.437, 4.318, 4.221, 4.14, 4.073, 4.015,
  3.965, 3.922, 3.883, 3.85, 3.819, 3.792, 3.768, 3.745, 3.725, 3.707, 3.69, 3.674, 3.659, 3.646, 3.633,
  3.622, 3.611, 3.601, 3.591, 3.582, 3.574, 3.566, 3.558, 3.551,
]
/** With so many residuals, so many runs of one sign or fewer are too few (5 %). */
const CRITICAL_RUNS = Uint8Array.from([
  0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 7, 8, 8, 9, 9, 9, 10, 10, 11, 11, 11, 12, 12,
  13, 13, 14, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 18, 19, 19, 20, 20, 21, 21, 21, 22, 22, 23, 23, 24, 24,
  25, 25, 26, 26, 26, 27, 27, 28, 28, 29, 29, 30, 30, 30, 31, 31, 32, 32, 33, 33, 34, 34, 35, 35, 35, 36, 36,
  37, 37, 38, 38, 39, 39, 40, 40, 40, 41, 41, 42, 42, 43, 43, 44, 44, 45, 45, 46, 46, 46, 47, 47, 48, 48, 49,
  49, 50, 50, 51, 51, 52, 52, 52, 53, 53, 54, 54, 55, 55, 56,
])
/** So many times the points of the line are looked at for runs, as far as there are older ones. */
export const RUNS_RATIO = 2

export const studentT = (degrees: number): number => STUDENT_T[degrees - 1] ?? 3.5

/** Points in order of time; a line goes through those from `first` on, those from `oldest` on help to see runs. */
export interface Points {
  readonly x: Float64Array
  readonly y: Float64Array
  /** One over the variance, up to a factor; from `first` on. */
  readonly weights: Float64Array
  readonly oldest: number
  readonly first: number
  readonly end: number
}

export interface Line {
  readonly intercept: number
  readonly interceptSd: number
  readonly slope: number
  readonly slopeSd: number
  readonly variance: number
  /** The first point that the line goes through. */
  readonly first: number
  readonly degrees: number
}

/** The line through as many of the points as look like one, with x counted from the last; at least three are needed. */
export function fitLine(points: Points, leastSamples: number): Line | undefined {
  const { x, y, weights, oldest, end } = points
  if (end - points.first < LEAST_SAMPLES) return undefined
  const origin = x[end - 1]!
  for (let first = points.first; ; first++) {
    let sumX = 0
    let sum = 0
    for (let i = first; i < end; i++) {
      const weight = weights[i]!
      sumX += (x[i]! - origin) * weight
      sum += weight
    }
    const middle = sumX / sum
    const centre = origin + middle
    let sumY = 0
    let sumXY = 0
    let sumXX = 0
    for (let i = first; i < end; i++) {
      const weight = weights[i]!
      const u = x[i]! - centre
      const v = y[i]! * weight
      sumY += v
      sumXY += v * u
      sumXX += u * u * weight
    }
    const slope = sumXY / sumXX
    const intercept = sumY / sum - slope * middle
    const count = end - first
    if (count > LEAST_SAMPLES && count > leastSamples) {
      const from = Math.max(oldest, end - count * RUNS_RATIO)
      if (countRuns(x, y, from, end, slope, intercept - slope * origin) <= CRITICAL_RUNS[end - from]!)
        continue
    }
    let squares = 0
    for (let i = first; i < end; i++) {
      const residual = y[i]! - intercept - slope * (x[i]! - origin)
      squares += residual * residual * weights[i]!
    }
    squares /= count - 2
    const slopeSd = Math.sqrt(squares / sumXX)
    const interceptSd = Math.sqrt(squares / sum + (middle * slopeSd) ** 2)
    const variance = (squares * count) / sum
    return { intercept, interceptSd, slope, slopeSd, variance, first, degrees: count - 2 }
  }
}

function countRuns(
  x: Float64Array,
  y: Float64Array,
  from: number,
  end: number,
  slope: number,
  intercept: number,
): number {
  let runs = 1
  let before = y[from]! - intercept - slope * x[from]!
  for (let i = from + 1; i < end; i++) {
    const residual = y[i]! - intercept - slope * x[i]!
    if (!(before * residual > 0)) runs++
    before = residual
  }
  return runs
}

/**
 * How much y follows the second variable, when a line in the first is taken away; undefined when that cannot be told.
 * `x` counts from its last.
 */
export function secondSlope(points: Points, x2: Float64Array, least2: number): number | undefined {
  const { x, y, oldest, end } = points
  const n = end - oldest
  if (n < 4) return undefined
  const origin = x[end - 1]!
  let s1 = 0
  let s2 = 0
  let s11 = 0
  let s12 = 0
  let s22 = 0
  let s1y = 0
  let s2y = 0
  let sy = 0
  for (let i = oldest; i < end; i++) {
    const a = x[i]! - origin
    const b = x2[i]! - least2
    const c = y[i]!
    s1 += a
    s2 += b
    s11 += a * a
    s12 += a * b
    s22 += b * b
    s1y += a * c
    s2y += b * c
    sy += c
  }
  const u = n * (s12 * s1y - s11 * s2y) + s1 * s1 * s2y - s1 * s2 * s1y + sy * (s2 * s11 - s1 * s12)
  const v1 = n * (s12 * s12 - s11 * s22)
  const v2 = s1 * s1 * s22 + s2 * s2 * s11
  const v3 = -2 * s1 * s2 * s12
  const v = v1 + v2 + v3
  // No solution, or none that the precision of numbers allows.
  if (Math.abs(v) * 1e10 <= -v1 + v2 + Math.abs(v3)) return undefined
  return u / v
}
