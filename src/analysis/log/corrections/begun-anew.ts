/**
 * When chronyd was started, by its own logs alone: it writes the head of the columns before the first row of each, and again before
 * each 32nd, or as often as it was told. A head that comes sooner is of a start; but at the top of a file it may be of a new file.
 *
 * In tracking.log that first row follows no source. Where chronyd that runs loses its sources, or notices that somebody set the
 * clock, the row is the same, and has no head but by its number.
 */
import type { Seconds } from '#core/time/units.ts'
import type { SampleBlock, UpdateBlock } from '#core/trace/series.ts'

/** Its lines. */
const HEAD = 3
/** Rows from one head to the next (`logbanner`). */
const USUAL = 32
/** So often as many of them are no chance. */
const TIMES = 3
const MOST = 4096

export class BegunAnew {
  readonly #begun: { readonly at: Seconds; readonly rows: number }[] = []
  #file = -1
  #line = 0
  /** Since the last head in this file; not a number before the first. */
  #rows = Number.NaN
  #longest = 0
  #ofLongest = 0

  add(block: SampleBlock | UpdateBlock): void {
    const { at, line, file, rows } = block
    const stratum = block.kind === 'updates' ? block.stratum : undefined
    if (file !== this.#file) {
      this.#file = file
      this.#line = 0
      this.#rows = Number.NaN
    }
    for (let row = 0; row < rows; row++) {
      const headed = line[row]! === this.#line + HEAD + 1
      this.#line = line[row]!
      if (headed) {
        this.#head(at[row]!, stratum?.[row])
        this.#rows = 1
      } else this.#rows++
    }
  }

  /** But for heads that came in their turn. */
  get all(): Seconds[] {
    const turn = this.#ofLongest < TIMES ? USUAL : this.#longest
    return this.#begun.filter(({ rows }) => rows < turn).map(({ at }) => at)
  }

  #head(at: Seconds, stratum: number | undefined): void {
    const rows = this.#rows
    if (rows > this.#longest) {
      this.#longest = rows
      this.#ofLongest = 0
    }
    if (rows === this.#longest) this.#ofLongest++
    const begun = rows !== USUAL && (stratum === undefined ? rows > 0 : stratum === 0)
    // By that row alone it is a start, after however many.
    if (begun && this.#begun.length < MOST) this.#begun.push({ at, rows: stratum === undefined ? rows : 0 })
  }
}
