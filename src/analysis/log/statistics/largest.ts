/** A bounded memory for what matters most: of any number of things, about the `most` largest, in the order they came. */
export class Largest<T> {
  readonly #most: number
  readonly #size: (each: T) => number
  #kept: T[] = []
  /** Smaller ones are no longer kept. */
  floor = 0
  /** How many were offered, whether kept or not. */
  offered = 0

  constructor(most: number, size: (each: T) => number) {
    this.#most = most
    this.#size = size
  }

  offer(each: T): void {
    this.offered++
    if (this.#size(each) < this.floor) return
    this.#kept.push(each)
    if (this.#kept.length < 2 * this.#most) return
    const sizes = this.#kept.map(this.#size).sort((a, b) => b - a)
    this.floor = sizes[this.#most]!
    const kept = this.#kept.filter(one => this.#size(one) > this.floor)
    // All of one size: the first of them.
    this.#kept = kept.length > 0 ? kept : this.#kept.slice(0, this.#most)
  }

  get all(): readonly T[] {
    return this.#kept
  }
}
