/** How often a source answered that has its time from a clock that nobody sets, and at which stratum. */
import type { Seconds } from '#core/time/units.ts'
import type { ReadingBlock } from '#core/trace/series.ts'

export class IslandStrata {
  rows = 0
  most = 0
  from: Seconds = Number.POSITIVE_INFINITY
  to: Seconds = Number.NEGATIVE_INFINITY

  add({ at, value, rows }: ReadingBlock): void {
    for (let row = 0; row < rows; row++) {
      this.from = Math.min(this.from, at[row]!)
      this.to = Math.max(this.to, at[row]!)
      this.most = Math.max(this.most, value[row]!)
    }
    this.rows += rows
  }
}
