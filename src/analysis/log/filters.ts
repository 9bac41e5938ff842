/**
 * When a jump came into ntpd's filter. peerstats has the best of the last eight samples, which may be from before the jump
 * for some polls; but the jitter beside it is over all eight, and one that is off by S makes it S/√7 at once.
 */
import type { Seconds } from '#core/time/units.ts'

const DEPTH = 8
const SHARE = 0.2

interface Row {
  readonly at: Seconds
  readonly jitter: Seconds
}

export class Filters {
  readonly #rows = new Map<number, Row[]>()

  note(source: number, at: Seconds, jitter: Seconds): void {
    const rows = this.#rows.get(source) ?? []
    this.#rows.set(source, rows)
    rows.push({ at, jitter })
    if (rows.length > DEPTH + 2) rows.shift()
  }

  /** Between the last row without it and the first row with it; the row that shows it has been noted. */
  seen(
    source: number,
    { from, to, size }: { readonly from: Seconds; readonly to: Seconds; readonly size: Seconds },
  ): { earliest: Seconds; latest: Seconds } {
    const before = (this.#rows.get(source) ?? []).slice(0, -1)
    const quiet = before.findLastIndex(({ jitter }) => !(jitter > SHARE * size))
    if (quiet < 0) return { earliest: before[0]?.at ?? from, latest: to }
    return { earliest: before[quiet]!.at, latest: before[quiet + 1]?.at ?? to }
  }
}
