/**
 * When chronyd was started, by tracking.log alone: it writes the head of the columns before its first row, and again before each
 * 32nd, and that first row follows no source. Where chronyd that runs loses its sources, or notices that somebody set the
 * clock, the row is the same, and has no head but by its number.
 */
import type { Seconds } from '#core/time/units.ts'
import type { UpdateBlock } from '#core/trace/series.ts'

/** Its lines. */
const HEAD = 3
/** Rows from one head to the next (`logbanner`). */
const USUAL = 32
const MOST = 4096

export class BegunAnew {
  readonly all: Seconds[] = []
  #file = -1
  #line = 0
  #rows = 0

  add({ at, stratum, line, file, rows }: UpdateBlock): void {
    for (let row = 0; row < rows; row++) {
      const last = file === this.#file ? this.#line : 0
      const headed = line[row]! === last + HEAD + 1
      if (headed && stratum[row] === 0 && this.#rows !== USUAL && this.all.length < MOST)
        this.all.push(at[row]!)
      this.#rows = headed ? 1 : this.#rows + 1
      this.#file = file
      this.#line = line[row]!
    }
  }
}
