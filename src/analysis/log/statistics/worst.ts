/** The largest size in a column: what is asked of large values only need not look at a block of small ones. */
export function worstOf(values: Float64Array, rows: number): number {
  let worst = 0
  for (let row = 0; row < rows; row++) {
    const size = Math.abs(values[row]!)
    if (size > worst) worst = size
  }
  return worst
}
