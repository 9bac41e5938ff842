/**
 * A few hundred of any number of values, evenly spread over their order: each, then every second, then every fourth … It
 * is enough for a median that no jump can bend.
 */
const ROOM = 256

export class Thinned {
  readonly #kept: number[] = []
  #stride = 1
  #seen = 0

  offer(value: number): void {
    if (this.#seen++ % this.#stride !== 0) return
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
