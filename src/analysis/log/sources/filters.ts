/**
 * When a jump came into ntpd's filter. peerstats has the best of the last eight samples, which may be from before the jump
 * for some polls; but the jitter beside it is over all eight, and one that is off by S makes it S/√7 at once. A jump that is in the
 * filter already has made it larger, too: from the row on that showed that one, it only becomes less of itself.
 */
import type { Seconds } from '#core/time/units.ts'
import { movedInto } from '../statistics/grown.ts'

/** Rows that are remembered of each source: more than a filter is deep. */
const DEPTH = 16
const SHARE = 0.2

export class Filters {
  #at: Float64Array = new Float64Array(16 * DEPTH).fill(Number.NaN)
  #jitter: Float64Array = new Float64Array(16 * DEPTH)
  #count: Uint32Array = new Uint32Array(16)
  /** When the last jump was shown that somebody asked for. */
  readonly #shown = new Map<number, Seconds>()

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
    const depth = Math.min(count, DEPTH)
    const place = (back: number): number => source * DEPTH + ((count - 1 - back) & (DEPTH - 1))
    const shown = this.#shown.get(source) ?? Number.NEGATIVE_INFINITY
    const other = depth > 0 && shown >= this.#at[place(depth - 1)]!
    this.#shown.set(source, to)
    let [earliest, latest] = [from, to]
    for (let back = 1; back < depth; back++) {
      const jitter = this.#jitter[place(back)]!
      earliest = this.#at[place(back)]!
      if (!(jitter > SHARE * size) || (other && earliest <= shown)) break
      const more = jitter ** 2 - this.#jitter[place(back + 1)]! ** 2
      if (!other || more > (SHARE * size) ** 2) latest = earliest
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
