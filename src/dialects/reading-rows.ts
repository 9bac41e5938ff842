/** Readings that lines tell beside their rows, one by one, told in blocks. */
import type { Seconds } from '#core/time/units.ts'
import { type Origin, type ReadingBlock, readingBlock } from '#core/trace/series.ts'
import type { Destination } from './log/format.ts'

const ROOM = 1024

export class ReadingRows {
  readonly #into: Destination
  readonly #of: Omit<Origin, 'file'> & { readonly quantity: string }
  #block: ReadingBlock | undefined

  constructor(into: Destination, of: Omit<Origin, 'file'> & { readonly quantity: string }) {
    this.#into = into
    this.#of = of
  }

  /** Line 0: not known. */
  add({ at, value, line = 0 }: { at: Seconds; value: number; line?: number }): void {
    // Whoever was told the last one may have taken its memory.
    if (!this.#block || this.#block.at.length === 0)
      this.#block = readingBlock({ ...this.#of, file: this.#into.file }, { rows: ROOM })
    const block = this.#block
    const row = block.rows++
    block.at[row] = at
    block.line[row] = line
    block.value[row] = value
    if (block.rows === ROOM) this.flush()
  }

  flush(): void {
    if (!this.#block || this.#block.rows === 0) return
    this.#into.tell(this.#block)
    this.#block.rows = 0
  }
}
