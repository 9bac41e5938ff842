/**
 * A few hundred of any number of values, evenly spread over their order: each, then every second, then every fourth … It
 * is enough for a median that no jump can bend. Where each of them stood is kept, too, so that two series can be held against
 * each other.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import { isPaced } from '../sources/pace.ts'

const ROOM = 256

export class Thinned {
  readonly #kept: number[] = []
  readonly #at: Seconds[] = []
  readonly #row: number[] = []
  readonly #delay: Seconds[] = []
  readonly #silence: Seconds[] = []
  #stride = 1

  /**
   * `row`: its place among the rows of all. `silence`: the time since the value before, whether that was kept or not. Answers how many
   * are to be let go before the next is kept.
   */
  keep(value: number, at: Seconds, row: number, delay: Seconds, silence: Seconds): number {
    const skip = this.#stride - 1
    this.#kept.push(value)
    this.#at.push(at)
    this.#row.push(row)
    this.#delay.push(delay)
    this.#silence.push(silence)
    if (this.#kept.length < 2 * ROOM) return skip
    this.#stride *= 2
    for (const column of [this.#kept, this.#at, this.#row, this.#delay, this.#silence]) {
      for (let i = 0; i < ROOM; i++) column[i] = column[2 * i]!
      column.length = ROOM
    }
    return skip
  }

  get median(): number {
    return upperMedian(this.#kept)
  }

  /** Of those in some spans of time. */
  medianIn(spans: readonly { readonly from: Seconds; readonly to: Seconds }[]): number {
    return upperMedian(
      this.#kept.filter((_, i) => spans.some(({ from, to }) => this.#at[i]! >= from && this.#at[i]! <= to)),
    )
  }

  /** Surely none was in that time: all were kept. */
  isSilentIn({ from, to }: { readonly from: Seconds; readonly to: Seconds }): boolean {
    return this.#stride === 1 && !this.#at.some(at => at >= from && at <= to)
  }

  get timed(): Timed[] {
    return this.#kept.map((value, i) => ({ at: this.#at[i]!, value }))
  }

  /** Between the first and the last twentieth of them. */
  get spread(): number {
    const sorted = this.#kept.toSorted((a, b) => a - b)
    const twentieth = Math.floor(sorted.length / 20)
    return sorted.length === 0 ? Number.NaN : sorted.at(-1 - twentieth)! - sorted[twentieth]!
  }

  /** The rows of those that were kept, in their order. */
  get rows(): readonly number[] {
    return this.#row
  }

  get paced(): boolean {
    return isPaced(this.#silence)
  }

  /** How much larger these values are than the others at the same moments (median). */
  above(
    others: Thinned,
    since: Seconds = Number.NEGATIVE_INFINITY,
    until: Seconds = Number.POSITIVE_INFINITY,
  ): Above {
    const all = this.against(others).filter(({ at }) => at >= since && at < until)
    return { median: upperMedian(all.map(({ size }) => size)), count: all.length }
  }

  /**
   * How much larger each of these values is than the others at its moment, by the line between the two others before and after it.
   * Stamps may go back in between: there is nothing to compare then.
   */
  against(others: Thinned): Apart[] {
    return this.#beside(others).map(({ i, before, since, moved }) => ({
      at: this.#at[i]!,
      row: this.#row[i]!,
      size: this.#kept[i]! - before - since,
      moved,
      delay: this.#delay[i]!,
    }))
  }

  /** What the others show at the moments of these, by the same line. */
  ofOthers(others: Thinned): Apart[] {
    return this.#beside(others).map(({ i, before, since, moved, delay }) => ({
      at: this.#at[i]!,
      row: this.#row[i]!,
      size: before + since,
      moved,
      delay,
    }))
  }

  /** These as they are. */
  get own(): Apart[] {
    return this.#kept.map((size, i) => ({
      at: this.#at[i]!,
      row: this.#row[i]!,
      size,
      moved: 0,
      delay: this.#delay[i]!,
    }))
  }

  #beside(others: Thinned): Beside[] {
    const all: Beside[] = []
    let next = 0
    for (const [i, at] of this.#at.entries()) {
      while (next < others.#row.length && others.#row[next]! < this.#row[i]!) next++
      const [from, to] = [others.#at[next - 1]!, others.#at[next]!]
      const share = (at - from) / (to - from)
      if (!(share >= 0 && share <= 1)) continue
      const [before, after] = [others.#kept[next - 1]!, others.#kept[next]!]
      all.push({
        i,
        before,
        since: share * (after - before),
        moved: Math.abs(after - before),
        delay: Math.max(others.#delay[next - 1]!, others.#delay[next]!),
      })
    }
    return all
  }
}

/** What others showed at the moment of one of these. */
interface Beside {
  readonly i: number
  /** The last before it, and by how much they had changed since then. */
  readonly before: number
  readonly since: number
  readonly moved: Seconds
  readonly delay: Seconds
}

export interface Timed {
  readonly at: Seconds
  readonly value: number
}

/** One measurement against what another source showed at its moment. */
export interface Apart {
  readonly at: Seconds
  readonly row: number
  readonly size: Seconds
  /** By how much the other changed around it: what a line between the two leaves open, while the clock runs away. */
  readonly moved: Seconds
  readonly delay: Seconds
}

export interface Above {
  readonly median: number
  /** Moments that could be compared. */
  readonly count: number
}
