/**
 * A few hundred of any number of values, evenly spread over their order: each, then every second, then every fourth … It
 * is enough for a median that no jump can bend.
 */
const ROOM = 256

export class Thinned {
  readonly #kept: number[] = []
  #stride = 1
  /** So many are let go before the next is kept. */
  #skip = 0

  offer(value: number): void {
    if (this.#skip > 0) {
      this.#skip--
      return
    }
    this.#skip = this.#stride - 1
    this.#kept.push(value)
    if (this.#kept.length < 2 * ROOM) return
    this.#stride *= 2
    for (let i = 0; i < ROOM; i++) this.#kept[i] = this.#kept[2 * i]!
    this.#kept.length = ROOM
  }

  get median(): number {
    const sorted = Float64Array.from(this.#kept).sort()
    return sorted.length > 0 ? sorted[sorted.length >> 1]! : Number.NaN
  }
}
