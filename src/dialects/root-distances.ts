/** Answers of sources that are farther from a clock that is right than their client takes. Of those that are near enough one is told of a row. */
import type { Seconds } from '#core/time/units.ts'
import { type Daemon, ROOT_DISTANCE } from '#core/trace/series.ts'
import type { Destination } from './log/format.ts'
import { ReadingRows } from './reading-rows.ts'

export class RootDistances {
  readonly #most: Seconds
  readonly #rows: ReadingRows
  #near = true

  constructor(
    into: Destination,
    of: { readonly daemon: Daemon; readonly format: string; readonly most: Seconds },
  ) {
    this.#most = of.most
    this.#rows = new ReadingRows(into, { daemon: of.daemon, format: of.format, quantity: ROOT_DISTANCE })
  }

  add(at: Seconds, rootDelay: Seconds, rootDispersion: Seconds): void {
    const distance = rootDelay / 2 + rootDispersion
    const near = !(distance > this.#most)
    if (near && this.#near) return
    this.#near = near
    this.#rows.add({ at, value: near ? 0 : distance })
  }

  flush(): void {
    this.#rows.flush()
  }
}
