/**
 * Logarithm, exponential, sine: by sums, products and quotients alone, which IEEE 754 fixes to the last bit. What `Math` has for
 * them may be as good as each engine likes, and engines differ: by a bit here and there, after which two simulations of
 * one story go apart. Each is within two units in the last place of the truth.
 *
 * The argument is brought into a short range in which a series converges quickly, and then summed from its smallest term.
 */

const LN2 = Math.LN2
/** ln 2 in two parts; the first has so few digits that a product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

const view = new DataView(new ArrayBuffer(8))
const EXPONENT = 20
const MANTISSA = 0xfffff
/** The first bits of the mantissa of √2. */
const ROOT = 0x6a09e
const BIAS = 1023
const SUBNORMAL = 2 ** -1022
const UP = 2 ** 54
/** What a number with these bits in the place of its exponent is multiplied by, to lie from 1 to 2. */
const DOWN = Float64Array.from({ length: 2048 }, (_, bits) => 2 ** (BIAS - bits))

/** x = fraction · 2^exponent, for x above zero and finite: the exponent; the fraction, from √½ to √2, is left in `view`. */
function split(x: number): number {
  const subnormal = x < SUBNORMAL
  view.setFloat64(0, subnormal ? x * UP : x)
  const high = view.getUint32(0)
  const exponent = (high >>> EXPONENT) + ((high & MANTISSA) > ROOT ? 1 : 0)
  // A product, since reading eight bytes of which four were just written takes longer.
  view.setFloat64(0, (subnormal ? x * UP : x) * DOWN[exponent]!)
  return exponent - BIAS - (subnormal ? 54 : 0)
}

/** ln (1 + f) for 1 + f from √½ to √2: twice the series of artanh. */
function near(f: number): number {
  const s = f / (2 + f)
  const z = s * s
  const zz = z * z
  // Two sums side by side, so that one need not wait for the other.
  const odd = 1 / 3 + zz * (1 / 7 + zz * (1 / 11 + zz * (1 / 15 + zz * (1 / 19 + zz / 23))))
  const even = 1 / 5 + zz * (1 / 9 + zz * (1 / 13 + zz * (1 / 17 + zz / 21)))
  const sum = odd + z * even
  // 2s = f − s·f, of which f is exact.
  return f - s * (f - 2 * z * sum)
}

/** Of a number above zero; of 0 it is −∞, below NaN. */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  if (x === Number.POSITIVE_INFINITY) return x
  const exponent = split(x)
  const rest = near(view.getFloat64(0) - 1)
  return exponent * LN2_HIGH + (rest + exponent * LN2_LOW)
}

/** Exact for whole powers of two. */
export function logarithm2(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return logarithm(x)
  const exponent = split(x)
  return exponent + near(view.getFloat64(0) - 1) / LN2
}

export function exponential(x: number): number {
  if (!(x < 709.8)) return Number.isNaN(x) ? x : Number.POSITIVE_INFINITY
  if (x < -745.2) return 0
  const k = Math.round(x / LN2)
  const r = x - k * LN2_HIGH - k * LN2_LOW
  let sum = 1
  for (let n = 14; n >= 1; n--) sum = 1 + (r * sum) / n
  // In two steps, since 2^1024 and 2^-1074 have no partner.
  const half = Math.trunc(k / 2)
  return sum * powerOfTwo(half) * powerOfTwo(k - half)
}

function powerOfTwo(exponent: number): number {
  view.setUint32(0, (exponent + BIAS) << EXPONENT)
  view.setUint32(4, 0)
  return view.getFloat64(0)
}

/** x to the power of y, for x above zero. */
export const raised = (x: number, y: number): number => exponential(y * logarithm(x))

/** The sine of so many full turns. */
export function sineOfTurns(turns: number): number {
  const within = turns - Math.round(turns)
  const quarter = Math.round(within * 4)
  const angle = (within - quarter / 4) * (2 * Math.PI)
  switch (quarter) {
    case 0:
      return sine(angle)
    case 1:
      return cosine(angle)
    case -1:
      return -cosine(angle)
    default:
      return -sine(angle)
  }
}

/** For an eighth of a turn at most. */
function sine(x: number): number {
  const z = x * x
  let sum = 1
  for (let n = 16; n >= 2; n -= 2) sum = 1 - (z * sum) / (n * (n + 1))
  return x * sum
}

function cosine(x: number): number {
  const z = x * x
  let sum = 1
  for (let n = 17; n >= 1; n -= 2) sum = 1 - (z * sum) / (n * (n + 1))
  return sum
}

/** The root of the sum of the squares. */
export const magnitude = (a: number, b: number, c = 0): number => Math.sqrt(a * a + b * b + c * c)

/** x to the power of one and a half. */
export const threeHalves = (x: number): number => x * Math.sqrt(x)
