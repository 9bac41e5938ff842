/** One file on its way into the log of its host: the stretches of it, and what was read so far. */
import { InOrder, PUT_IN_ORDER } from '#analysis/log/order/in-order.ts'
import { type Repeats, repeatedIn } from '#analysis/log/order/repeats.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Piece } from '#core/trace/series.ts'
import type { NotUnderstood } from '#dialects/log/router.ts'
import type { SourceTable } from '#dialects/log/source-table.ts'
import { packingOf } from './chunks.ts'
import type { Skipped } from './input.ts'
import { nearDayOf } from './near-day.ts'
import type { Sniffed } from './sniff.ts'
import type { Stretch, StretchRead } from './stretch.ts'
import type { Task } from './task.ts'

const DAY = 86_400
/** A stretch of a long file, in bytes. */
const STRETCH = 16 << 20
/** How much memory takes what was read of a byte. */
const OF_A_LOG = 0.6
const OF_A_CENSUS = 0.2
/** What a packed log weighs when it is unpacked. */
const UNPACKED = 5

export interface ReadFile {
  readonly name: string
  readonly host: string
  readonly formats: Readonly<Record<string, number>>
  readonly lines: number
  readonly bytes: number
  readonly notUnderstood: { readonly count: number; readonly first: readonly NotUnderstood[] }
}

/** What takes in the pieces of one host's logs. */
export interface Taker {
  tell(piece: Piece): void
  readonly span: { readonly from: Seconds; readonly to: Seconds } | undefined
  readonly empty: boolean
}

export interface Host<L> {
  readonly name: string
  readonly log: L
  readonly sources: SourceTable
}

export interface Reading {
  readonly baseDay: number
  readonly census: boolean
  /** Bytes that one packed file may unpack to. */
  readonly limit: number
  readonly files: ReadFile[]
  readonly skipped: Skipped[]
  paced(file: FileReading, bytes: number): void
}

/** Among the files of its host, in the order in which they are read. */
export interface Place {
  readonly host: Host<Taker>
  readonly repeats: Repeats
  readonly nth: number
}

export class FileReading {
  readonly sniffed: Sniffed
  readonly sources: SourceTable
  ended = false
  lines = 0
  readonly #host: Host<Taker>
  readonly #repeats: Repeats
  readonly #nth: number
  readonly #reading: Reading
  readonly #packed: boolean
  readonly #inOrder: InOrder
  #bytes = 0
  readonly #formats: Record<string, number> = {}

  constructor(sniffed: Sniffed, { host, repeats, nth }: Place, reading: Reading) {
    this.sniffed = sniffed
    this.sources = host.sources
    this.#host = host
    this.#repeats = repeats
    this.#nth = nth
    this.#reading = reading
    this.#packed = packingOf(sniffed.input.path) !== 'none'
    this.#inOrder = new InOrder(piece => this.#take(piece))
  }

  /** About how many bytes there are to read. */
  get weight(): number {
    return this.sniffed.input.size * (this.#packed ? UNPACKED : 1)
  }

  /** The whole file at once, or a long one in stretches that can be read at the same time. */
  tasks(inStretches: boolean): Task[] {
    const { settled, input, dated } = this.sniffed
    const count = inStretches && settled && !this.#packed ? Math.ceil(input.size / STRETCH) : 1
    return Array.from({ length: Math.max(1, count) }, (_, i) => ({
      stretch: () => this.#stretch(i * STRETCH, i + 1 < count ? (i + 1) * STRETCH : Number.POSITIVE_INFINITY),
      last: !dated,
      held: (this.weight / count) * (this.#reading.census ? OF_A_CENSUS : OF_A_LOG),
      into: this,
    }))
  }

  #stretch(from: number, to: number): Stretch {
    const { input, settled } = this.sniffed
    const { baseDay, census, limit } = this.#reading
    return { path: input.path, limit, from, to, format: settled, baseDay, nearDay: this.#nearDay(), census }
  }

  /** What says no year was written near what does. */
  #nearDay(): number {
    const { dated, begins, input } = this.sniffed
    if (dated && Number.isFinite(begins)) return Math.floor(begins / DAY)
    const { span } = this.#host.log
    return span
      ? this.#reading.baseDay + Math.floor((span.from + span.to) / 2 / DAY)
      : nearDayOf(input.modified.getTime())
  }

  get file(): number {
    return this.#reading.files.length
  }

  tell(piece: Piece): void {
    if (this.#reading.census) this.#take(piece)
    else this.#inOrder.tell(piece)
  }

  #take(piece: Piece): void {
    if (this.#repeats.keep(piece, this.#nth)) this.#host.log.tell(piece)
  }

  paced(bytes: number): void {
    this.#reading.paced(this, this.#bytes + bytes)
  }

  read({ lines, bytes, formats, notUnderstood, toEnd, failure }: StretchRead): void {
    const { skipped, files } = this.#reading
    const { name } = this.sniffed.input
    const before = this.lines
    this.lines += lines
    this.#bytes += bytes
    for (const [format, count] of formats) this.#formats[format] = (this.#formats[format] ?? 0) + count
    if (!toEnd) return
    this.ended = true
    this.#inOrder.flush()
    if (this.#inOrder.reordered) skipped.push({ file: name, why: PUT_IN_ORDER })
    const repeated = this.#repeats.takeCount()
    if (repeated > 0) skipped.push({ file: name, why: repeatedIn(repeated) })
    if (failure) skipped.push({ file: name, why: `read up to byte ${this.#bytes}: ${failure}` })
    if (Object.keys(this.#formats).length === 0) skipped.push({ file: name, why: 'no timekeeper wrote it' })
    else
      files.push({
        name,
        host: this.#host.name,
        formats: this.#formats,
        lines: this.lines,
        bytes: this.#bytes,
        // Only a stretch that went to the end of the file can have met such lines.
        notUnderstood: {
          count: notUnderstood.count,
          first: notUnderstood.first.map(({ line, text }) => ({ line: line + before, text })),
        },
      })
  }
}
