/**
 * When a jump came into ntpd's filter. peerstats has the best of the last eight samples, which may be from before the jump
 * for some polls; but the jitter beside it is over all eight, and one that is off by S makes it S/√7 at once.
 */
import type { Seconds } from '#core/time/units.ts'
import { movedInto } from './grown.ts'

/** Rows that are remembered of each source: more than a filter is deep. */
const DEPTH = 16
const SHARE = 0.2

export class Filters {
  #at: Float64Array = new Float64Array(16 * DEPTH).fill(Number.NaN)
  #jitter: Float64Array = new Float64Array(16 * DEPTH)
  #count: Uint32Array = new Uint32Array(16)

  note(source: number, at: Seconds, jitter: Seconds): void {
    if (source >= this.#count.length) this.#grow(source + 1)
    const place = source * DEPTH + (this.#count[source]!++ & (DEPTH - 1))
    this.#at[place] = at
    this.#jitter[place] = jitter
  }

  /** Between the last row without it and the first row with it; the row that shows it has been noted. */
  seen(
    source: number,
    { from, to, size }: { readonly from: Seconds; readonly to: Seconds; readonly size: Seconds },
  ): { earliest: Seconds; latest: Seconds } {
    const count = this.#count[source] ?? 0
    let [earliest, latest] = [from, to]
    for (let back = 1; back < Math.min(count, DEPTH); back++) {
      const place = source * DEPTH + ((count - 1 - back) & (DEPTH - 1))
      earliest = this.#at[place]!
      if (!(this.#jitter[place]! > SHARE * size)) break
      latest = earliest
    }
    return { earliest, latest }
  }

  #grow(least: number): void {
    const sources = Math.max(least, 2 * this.#count.length)
    this.#at = movedInto(new Float64Array(sources * DEPTH).fill(Number.NaN), this.#at)
    this.#jitter = movedInto(new Float64Array(sources * DEPTH), this.#jitter)
    this.#count = movedInto(new Uint32Array(sources), this.#count)
  }
}
