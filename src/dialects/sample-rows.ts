/** Samples that are read as text, one by one, told in blocks. */

import type { Seconds } from '#core/time/units.ts'
import { type Daemon, type SampleBlock, sampleBlock } from '#core/trace/series.ts'
import type { Destination } from './log/format.ts'

const ROOM = 1024

export interface SampleRow {
  readonly at: Seconds
  readonly line: number
  readonly source: string
  readonly offset: Seconds
  readonly delay: Seconds
  readonly dispersion?: Seconds
}

export class SampleRows {
  readonly #into: Destination
  readonly #of: { readonly daemon: Daemon; readonly format: string }
  #block: SampleBlock | undefined

  constructor(into: Destination, of: { readonly daemon: Daemon; readonly format: string }) {
    this.#into = into
    this.#of = of
  }

  add({ at, line, source, offset, delay, dispersion = Number.NaN }: SampleRow): void {
    const block = this.#blockWithRoom()
    const row = block.rows++
    block.at[row] = at
    block.line[row] = line
    block.source[row] = this.#into.sources.named(source)
    block.offset[row] = offset
    block.delay[row] = delay
    block.dispersion[row] = dispersion
    if (block.rows === ROOM) this.flush()
  }

  #blockWithRoom(): SampleBlock {
    if (this.#block && this.#block.at.length > 0) return this.#block
    const room = { rows: ROOM, memory: this.#into.spare?.(this.#of.format) }
    this.#block = sampleBlock({ ...this.#of, file: this.#into.file, exchanges: true }, room)
    return this.#block
  }

  flush(): void {
    if (!this.#block || this.#block.rows === 0) return
    this.#into.tell(this.#block)
    this.#block.rows = 0
  }
}
