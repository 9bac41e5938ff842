/**
 * Quantiles of sizes, in bounded memory and one pass: a histogram whose bins are the exponent and the first six bits of
 * the mantissa of a 32-bit float, so an answer is right to within 1 % of itself, whatever its size.
 */
const KEPT_BITS = 6
const DROPPED = 23 - KEPT_BITS
const BINS = 1 << (8 + KEPT_BITS)

export class Quantiles {
  readonly #bins = new Float64Array(BINS)
  readonly #float = new Float32Array(1)
  readonly #bits = new Uint32Array(this.#float.buffer)
  count = 0

  /** Takes the sizes of the values: their signs are dropped. */
  add(values: Float64Array, rows: number): void {
    const bins = this.#bins
    const float = this.#float
    const bits = this.#bits
    let { count } = this
    for (let row = 0; row < rows; row++) {
      const value = values[row]!
      if (Number.isNaN(value)) continue
      float[0] = value
      bins[(bits[0]! & 0x7fffffff) >>> DROPPED]!++
      count++
    }
    this.count = count
  }

  /** The size below which this share of the values lies; NaN without values. */
  at(share: number): number {
    if (this.count === 0) return Number.NaN
    const wanted = share * this.count
    let below = 0
    for (let bin = 0; bin < BINS; bin++) {
      below += this.#bins[bin]!
      if (below >= wanted) return this.#middle(bin)
    }
    return this.#middle(BINS - 1)
  }

  #middle(bin: number): number {
    this.#bits[0] = (bin << DROPPED) | (1 << (DROPPED - 1))
    return bin === 0 ? 0 : this.#float[0]!
  }
}
