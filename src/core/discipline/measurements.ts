/**
 * The newest measurements of a source, oldest first, column by column: each new one is compared with all of them, and numbers that
 * lie side by side are read sooner than those of so many objects.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Observation } from './track.ts'

/** So many are kept; there is room for twice as many, so that few are ever moved. */
export const KEEP = 64
const ROOM = 2 * KEEP

export class Measurements {
  readonly at = new Float64Array(ROOM)
  readonly offset = new Float64Array(ROOM)
  readonly low = new Float64Array(ROOM)
  readonly high = new Float64Array(ROOM)
  readonly jitter = new Float64Array(ROOM)
  /** Where the oldest one stands in the columns, and the place behind the newest. */
  first = 0
  end = 0

  get length(): number {
    return this.end - this.first
  }

  /** Without what is older than `oldest`, but for the newest two; nor more than are kept. */
  add(seen: Observation, oldest: Seconds): void {
    if (this.end === ROOM) this.#makeRoom()
    const i = this.end++
    this.at[i] = seen.at
    this.offset[i] = seen.offset
    this.low[i] = seen.low
    this.high[i] = seen.high
    this.jitter[i] = seen.jitter
    this.first = Math.max(this.first, this.end - KEEP)
    while (this.length > 2 && this.at[this.first]! < oldest) this.first++
  }

  startWith(seen: Observation): void {
    this.clear()
    this.add(seen, seen.at)
  }

  keepNewest(count: number): void {
    this.first = Math.max(this.first, this.end - count)
  }

  clear(): void {
    this.first = 0
    this.end = 0
  }

  /** The newest one; undefined when there is none. */
  get newest(): Observation | undefined {
    if (this.length === 0) return undefined
    const i = this.end - 1
    return {
      at: this.at[i]!,
      offset: this.offset[i]!,
      low: this.low[i]!,
      high: this.high[i]!,
      jitter: this.jitter[i]!,
    }
  }

  #makeRoom(): void {
    for (const column of [this.at, this.offset, this.low, this.high, this.jitter])
      column.copyWithin(0, this.first, this.end)
    this.end -= this.first
    this.first = 0
  }
}
