/** Whole powers by squaring: quick, and the same bits on every machine, which `**` does not promise. */
export function power(base: number, exponent: number): number {
  let result = 1
  // In integers of 32 bits: this is asked for each second of a run.
  for (let square = base, left = exponent | 0; left > 0; left >>= 1, square *= square)
    if (left & 1) result *= square
  return result
}
