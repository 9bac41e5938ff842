/**
 * A few hundred of any number of values, evenly spread over their order: each, then every second, then every fourth … It
 * is enough for a median that no jump can bend.
 */
const ROOM = 256

export class Thinned {
  readonly #kept: number[] = []
  #stride = 1

  /** Answers how many are to be let go before the next is kept. */
  keep(value: number): number {
    const skip = this.#stride - 1
    this.#kept.push(value)
    if (this.#kept.length < 2 * ROOM) return skip
    this.#stride *= 2
    for (let i = 0; i < ROOM; i++) this.#kept[i] = this.#kept[2 * i]!
    this.#kept.length = ROOM
    return skip
  }

  get median(): number {
    const sorted = Float64Array.from(this.#kept).sort()
    return sorted.length > 0 ? sorted[sorted.length >> 1]! : Number.NaN
  }
}
