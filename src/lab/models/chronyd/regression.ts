/**
 * Straight lines through measurements (facts: regress.c of chrony 4.3). A line is fitted with weights; as long as the signs
 * of its residuals change so rarely that the points do not look like a line with noise, the oldest point is dropped.
 */

/** How far the arrays of points may reach. */
export const MOST_POINTS = 256
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
  /** A point counts less by the square of what its distance exceeds `free` by, times `steepness`, plus one. */
  readonly distances: Float64Array
  free: number
  steepness: number
  oldest: number
  first: number
  end: number
}

/** A line, x counted from the last point. */
export interface Line {
  intercept: number
  interceptSd: number
  slope: number
  slopeSd: number
  variance: number
  /** The first point that the line goes through. */
  first: number
  degrees: number
}

/** One over the variance of each point, up to a factor. */
const weights = new Float64Array(MOST_POINTS)

/** Writes the line through as many of the points as look like one; false when there are fewer than three. */
export function fitLine(points: Points, leastSamples: number, line: Line): boolean {
  const { x, y, distances, free, steepness, oldest, end } = points
  let { first } = points
  if (end - first < LEAST_SAMPLES) return false
  // Sums around the last point: dropping the first one is a subtraction then.
  const x0 = x[end - 1]!
  const y0 = y[end - 1]!
  let sum = 0
  let sumX = 0
  let sumY = 0
  let sumXX = 0
  let sumXY = 0
  for (let i = first; i < end; i++) {
    const excess = distances[i]! - free
    const deviation = 1 + excess * steepness
    const weight = excess > 0 ? 1 / (deviation * deviation) : 1
    const u = x[i]! - x0
    const v = y[i]! - y0
    const weighted = u * weight
    weights[i] = weight
    sum += weight
    sumX += weighted
    sumY += v * weight
    sumXX += u * weighted
    sumXY += v * weighted
  }
  for (;;) {
    const middle = sumX / sum
    const spread = sumXX - sumX * middle
    const slope = (sumXY - sumY * middle) / spread
    const intercept = sumY / sum - slope * middle
    const start = y0 + intercept - slope * x0
    const count = end - first
    const from = Math.max(oldest, end - count * RUNS_RATIO)
    let runs = 1
    let before = y[from]! - start - slope * x[from]!
    for (let i = from + 1; i < first; i++) {
      const residual = y[i]! - start - slope * x[i]!
      runs += Number(!(before * residual > 0))
      before = residual
    }
    let squares = from < first ? 0 : before * before * weights[first]!
    for (let i = from < first ? first : first + 1; i < end; i++) {
      const residual = y[i]! - start - slope * x[i]!
      runs += Number(!(before * residual > 0))
      before = residual
      squares += residual * residual * weights[i]!
    }
    if (count > LEAST_SAMPLES && count > leastSamples && runs <= CRITICAL_RUNS[end - from]!) {
      const weight = weights[first]!
      const u = x[first]! - x0
      const v = y[first]! - y0
      const weighted = u * weight
      sum -= weight
      sumX -= weighted
      sumY -= v * weight
      sumXX -= u * weighted
      sumXY -= v * weighted
      first++
      continue
    }
    squares /= count - 2
    line.intercept = intercept + y0
    line.slope = slope
    line.slopeSd = Math.sqrt(squares / spread)
    line.interceptSd = Math.sqrt(squares / sum + (middle * line.slopeSd) ** 2)
    line.variance = (squares * count) / sum
    line.first = first
    line.degrees = count - 2
    return true
  }
}

/**
 * How much offsets follow delays, when a line in time is taken away: sums over a window of samples, which are taken in at
 * its end and let go at its beginning.
 */
export class DelaySlope {
  #n = 0
  #time0 = 0
  #offset0 = 0
  #delay0 = 0
  #t = 0
  #d = 0
  #o = 0
  #tt = 0
  #td = 0
  #dd = 0
  #to = 0
  #do = 0

  /** Begins anew. Sums are taken from this point, so they stay small while the window does not move far. */
  startAt(time: number, delay: number, offset: number): void {
    this.#time0 = time
    this.#delay0 = delay
    this.#offset0 = offset
    this.#n = this.#t = this.#d = this.#o = this.#tt = this.#td = this.#dd = this.#to = this.#do = 0
  }

  /** `count` is 1 to take a sample in, and −1 to let it go. */
  add(time: number, delay: number, offset: number, count: 1 | -1): void {
    const t = time - this.#time0
    const d = delay - this.#delay0
    const o = offset - this.#offset0
    this.#n += count
    this.#t += count * t
    this.#d += count * d
    this.#o += count * o
    this.#tt += count * t * t
    this.#td += count * t * d
    this.#dd += count * d * d
    this.#to += count * t * o
    this.#do += count * d * o
  }

  /** Undefined when it cannot be told. */
  get slope(): number | undefined {
    const n = this.#n
    if (n < 4) return undefined
    const t = this.#t / n
    const d = this.#d / n
    const o = this.#o / n
    const tt = this.#tt / n - t * t
    const dd = this.#dd / n - d * d
    const td = this.#td / n - t * d
    const spread = tt * dd - td * td
    // Where delays are as good as equal, or follow time, rounding would speak.
    if (spread <= (tt * dd + td * td) * 1e-10 || dd <= (this.#dd / n) * 1e-12) return undefined
    return (tt * (this.#do / n - d * o) - td * (this.#to / n - t * o)) / spread
  }
}
