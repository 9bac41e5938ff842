/**
 * A few hundred of any number of values, evenly spread over their order: each, then every second, then every fourth … It
 * is enough for a median that no jump can bend. Where each of them stood is kept, too, so that two series can be held against
 * each other.
 */
import type { Seconds } from '#core/time/units.ts'

const ROOM = 256

export class Thinned {
  readonly #kept: number[] = []
  readonly #at: Seconds[] = []
  readonly #row: number[] = []
  #stride = 1

  /** `row`: its place among the rows of all. Answers how many are to be let go before the next is kept. */
  keep(value: number, at: Seconds, row: number): number {
    const skip = this.#stride - 1
    this.#kept.push(value)
    this.#at.push(at)
    this.#row.push(row)
    if (this.#kept.length < 2 * ROOM) return skip
    this.#stride *= 2
    for (const column of [this.#kept, this.#at, this.#row]) {
      for (let i = 0; i < ROOM; i++) column[i] = column[2 * i]!
      column.length = ROOM
    }
    return skip
  }

  get median(): number {
    return medianOf(this.#kept)
  }

  /**
   * How much larger these values are than the others at the same moments (median), by the line between the two others before and
   * after each. Stamps may go back in between: there is nothing to compare then.
   */
  above(others: Thinned, since: Seconds = Number.NEGATIVE_INFINITY): Above {
    const all: number[] = []
    let next = 0
    for (const [i, value] of this.#kept.entries()) {
      while (next < others.#row.length && others.#row[next]! < this.#row[i]!) next++
      const [from, to] = [others.#at[next - 1]!, others.#at[next]!]
      const share = (this.#at[i]! - from) / (to - from)
      if (!(share >= 0 && share <= 1) || this.#at[i]! < since) continue
      const [before, after] = [others.#kept[next - 1]!, others.#kept[next]!]
      all.push(value - before - share * (after - before))
    }
    return { median: medianOf(all), count: all.length }
  }
}

export interface Above {
  readonly median: number
  /** Moments that could be compared. */
  readonly count: number
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted.length > 0 ? sorted[sorted.length >> 1]! : Number.NaN
}
