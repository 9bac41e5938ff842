/** How far an axis reaches. One wild reading must not flatten all others, so the outermost few do not count. */

/** Readings beyond these quantiles may leave the plot; the plot then says so. */
const [LOW, HIGH] = [0.02, 0.98]

/** Half height of a plot without readings. */
const NOTHING = 1e-3

/** Around the bulk of the values, with air, and always with zero in it. */
export function autoRange(values: readonly (number | null)[]): [number, number] {
  const [low, high] = bulk(values) ?? [-NOTHING, NOTHING]
  const [bottom, top] = [Math.min(low, 0), Math.max(high, 0)]
  const air = (top - bottom || 1e-6) * 0.12
  return [bottom - (bottom < 0 ? air : air / 2), top + (top > 0 ? air : air / 2)]
}

/** Around the bulk, at least `least` high, without zero. */
export function closeRange(values: readonly (number | null)[], least: number): [number, number] {
  const [low, high] = bulk(values) ?? [-10 * least, 10 * least]
  const middle = (low + high) / 2
  const half = Math.max((high - low) * 0.6, least / 2)
  return [middle - half, middle + half]
}

function bulk(values: readonly (number | null)[]): [number, number] | undefined {
  const sorted = values.filter((value): value is number => value !== null).sort((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const at = (q: number) => sorted[Math.round(q * (sorted.length - 1))]!
  return [at(LOW), at(HIGH)]
}
