/** Of two in the middle the larger: a value that was there, not one between two camps. NaN of none. */
export function upperMedian(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[sorted.length >> 1] ?? Number.NaN
}
