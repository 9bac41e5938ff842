/**
 * When ntpd took the clock that it keeps for a source of time (its driver LOCAL), by its peerstats. Nobody sets the clock
 * then: it runs at the rate that was learned last.
 */
import type { Seconds } from '#core/time/units.ts'
import type { ReadingBlock } from '#core/trace/series.ts'

/** The driver is asked each minute; after so long it was not followed any more. */
const SILENCE: Seconds = 1100
/** The first so many are kept. */
const MOST = 1000

export interface OnOwnClock {
  readonly from: Seconds
  to: Seconds
  readonly file: number
  readonly line: number
}

export class OwnClock {
  readonly spans: OnOwnClock[] = []
  rows = 0
  from: Seconds = Number.POSITIVE_INFINITY
  to: Seconds = Number.NEGATIVE_INFINITY
  #now: OnOwnClock | undefined

  add({ at, value, line, file, rows }: ReadingBlock): void {
    for (let row = 0; row < rows; row++) {
      const time = at[row]!
      this.from = Math.min(this.from, time)
      this.to = Math.max(this.to, time)
      if (value[row] === 0) this.#now = undefined
      else if (this.#now && time <= this.#now.to + SILENCE) this.#now.to = Math.max(this.#now.to, time)
      else {
        this.#now = { from: time, to: time, file, line: line[row]! }
        if (this.spans.length < MOST) this.spans.push(this.#now)
      }
    }
    this.rows += rows
  }
}
