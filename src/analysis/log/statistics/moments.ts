/** How large the values of a series are: count, mean, root mean square, extremes. Values that are not known are left out. */
export class Moments {
  count = 0
  least = Number.POSITIVE_INFINITY
  most = Number.NEGATIVE_INFINITY
  #sum = 0
  #squares = 0

  /** Where what one doubts of it reaches the limit, a value is not known either. */
  add(
    values: Float64Array,
    rows: number,
    doubts?: { readonly of: Float64Array; readonly limit: number },
  ): void {
    let { count, least, most } = this
    let sum = this.#sum
    let squares = this.#squares
    for (let row = 0; row < rows; row++) {
      const value = values[row]!
      if (Number.isNaN(value) || (doubts && doubts.of[row]! >= doubts.limit)) continue
      count++
      sum += value
      squares += value * value
      if (value < least) least = value
      if (value > most) most = value
    }
    this.count = count
    this.least = least
    this.most = most
    this.#sum = sum
    this.#squares = squares
  }

  get mean(): number {
    return this.#sum / this.count
  }

  get rms(): number {
    return Math.sqrt(this.#squares / this.count)
  }

  /** Around the mean. */
  get deviation(): number {
    return Math.sqrt(Math.max(0, this.#squares / this.count - this.mean ** 2))
  }
}
