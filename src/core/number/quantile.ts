/** By linear interpolation; infinite values sort last, and what lies among them is infinite. NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = part * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low === high ? low : low + (at - Math.floor(at)) * (high - low)
}

/** Of an even number what is between the two in the middle. NaN of none. */
export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Of two in the middle the larger: a value that was there, not one between two camps. NaN of none. */
export function upperMedian(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[sorted.length >> 1] ?? Number.NaN
}
