/** What will happen, in order of true time; what is due at the same moment happens in the order in which it was planned. */
import { type TrueTime, trueTime } from './true-time.ts'

/** A binary heap in three columns. */
export class Agenda<Item> {
  readonly #times: number[] = []
  readonly #orders: number[] = []
  readonly #items: Item[] = []
  #order = 0

  /** Infinite when nothing is planned. */
  get next(): TrueTime {
    return trueTime(this.#times.length === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!)
  }

  hasBy(until: number): boolean {
    return this.#times.length > 0 && this.#times[0]! <= until
  }

  plan(at: TrueTime, item: Item): void {
    const times = this.#times
    let i = times.length
    times.push(at)
    this.#orders.push(this.#order)
    this.#items.push(item)
    for (; i > 0; ) {
      const parent = (i - 1) >> 1
      // What was planned before goes first, so equal times stay where they are.
      if (times[parent]! <= at) break
      this.#move(parent, i)
      i = parent
    }
    this.#put(i, at, this.#order++, item)
  }

  /** Takes the next thing off the agenda. The agenda is not empty. */
  take(): Item {
    const items = this.#items
    const first = items[0]!
    const at = this.#times.pop()!
    const order = this.#orders.pop()!
    const last = items.pop()!
    const length = items.length
    if (length === 0) return first
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= length) break
      if (child + 1 < length && this.#isBefore(child + 1, this.#times[child]!, this.#orders[child]!)) child++
      if (!this.#isBefore(child, at, order)) break
      this.#move(child, i)
      i = child
    }
    this.#put(i, at, order, last)
    return first
  }

  #isBefore(i: number, at: number, order: number): boolean {
    const time = this.#times[i]!
    return time < at || (time === at && this.#orders[i]! < order)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from]!, this.#orders[from]!, this.#items[from]!)
  }

  #put(i: number, at: number, order: number, item: Item): void {
    this.#times[i] = at
    this.#orders[i] = order
    this.#items[i] = item
  }
}
