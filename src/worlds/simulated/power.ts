/** Whole powers by squaring: quick, and the same bits on every machine, which `**` does not promise. */
export function power(base: number, exponent: number): number {
  let result = 1
  for (let square = base, left = exponent; left > 0; left = Math.floor(left / 2), square *= square)
    if (left % 2 === 1) result *= square
  return result
}
