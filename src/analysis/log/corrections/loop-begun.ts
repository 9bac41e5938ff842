/**
 * When ntpd was started, by its loopstats alone: it begins with a wander of zero, which only grows and fades by degrees afterwards. A step
 * leaves it as it is, and so does a time without sources.
 */
import type { Seconds } from '#core/time/units.ts'
import type { UpdateBlock } from '#core/trace/series.ts'

const MOST = 4096

export interface Begun {
  /** The last update before, and the first after. */
  readonly last: Seconds
  readonly at: Seconds
}

export class LoopBegun {
  readonly all: Begun[] = []
  #at = Number.NaN
  #wander = 0

  add({ at, wander, rows }: UpdateBlock): void {
    for (let row = 0; row < rows; row++) {
      const value = wander[row]!
      if (value === 0 && this.#wander > 0 && this.all.length < MOST)
        this.all.push({ last: this.#at, at: at[row]! })
      this.#wander = value
      this.#at = at[row]!
    }
  }
}
