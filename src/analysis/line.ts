/** A straight line through points, by least squares, and how sure its slope is. */

export interface Line {
  readonly slope: number
  readonly intercept: number
  /** Standard error of the slope, from the scatter around the line; undefined with fewer than three points. */
  readonly slopeError: number | undefined
}

/** Undefined with fewer than two different x. Differences are taken from the first x, so large x lose nothing. */
export function fitLine(points: readonly { readonly x: number; readonly y: number }[]): Line | undefined {
  const n = points.length
  const origin = points[0]?.x ?? 0
  let sx = 0
  let sy = 0
  for (const { x, y } of points) {
    sx += x - origin
    sy += y
  }
  const mx = sx / n
  const my = sy / n
  let sxx = 0
  let sxy = 0
  for (const { x, y } of points) {
    sxx += (x - origin - mx) ** 2
    sxy += (x - origin - mx) * (y - my)
  }
  if (!(sxx > 0)) return undefined
  const slope = sxy / sxx
  let residuals = 0
  for (const { x, y } of points) residuals += (y - my - slope * (x - origin - mx)) ** 2
  return {
    slope,
    intercept: my - slope * (mx + origin),
    slopeError: n > 2 ? Math.sqrt(residuals / (n - 2) / sxx) : undefined,
  }
}
