/** The same columns with room for at least so many numbers: twice as many as before, since more will come. */
export function grown(columns: Float64Array, least: number): Float64Array {
  const larger = new Float64Array(Math.max(least, 2 * columns.length))
  larger.set(columns)
  return larger
}
