/**
 * Lines that stand in two logs: the end of one that was copied before it went on, a log and what was cut out of it, messages
 * that are written into two files. What an earlier file of its format had, of the same moment and in the same words or
 * numbers, counts once. Files are read in the order in which they begin, so nothing is remembered but what lies behind the
 * beginning of a later one: of logs that follow each other, nothing.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Piece, SampleBlock, UpdateBlock } from '#core/trace/series.ts'

/** Keys of lines take about a hundred bytes each. */
const MOST = 500_000

interface Log {
  /** Of its first row, by the time of the blocks. */
  readonly begins: Seconds
  readonly format: string | undefined
}

export class Repeats {
  /** For each log, from when on a row of it may be in a later one. */
  readonly #from: readonly Seconds[]
  readonly #seen = new Set<string>()
  #own: string[] = []
  #reading = 0
  #dropped = 0

  /** In the order in which they are read. */
  constructor(logs: readonly Log[]) {
    this.#from = logs.map(({ format }, i) =>
      logs
        .slice(i + 1)
        .filter(each => format !== undefined && each.format === format && Number.isFinite(each.begins))
        .reduce((first, { begins }) => Math.min(first, begins), Number.POSITIVE_INFINITY),
    )
  }

  /** Takes out of a piece of a log, in place, what an earlier one had. False where nothing is left. */
  keep(piece: Piece, log: number): boolean {
    if (log !== this.#reading) this.#begin(log)
    const from = this.#from[log]!
    if (piece.kind === 'event') return this.#keepOne(piece.at >= from, () => `${piece.at} ${piece.text}`)
    if (piece.kind === 'readings' || (this.#seen.size === 0 && !reaches(piece, from))) return true
    const columns = Object.values(piece).filter(column => ArrayBuffer.isView(column)) as Float64Array[]
    let kept = 0
    for (let row = 0; row < piece.rows; row++) {
      if (!this.#keepOne(piece.at[row]! >= from, () => keyOf(piece, row))) continue
      if (kept < row) for (const column of columns) if (column.length > row) column[kept] = column[row]!
      kept++
    }
    piece.rows = kept
    return kept > 0
  }

  #keepOne(mayRepeat: boolean, keyOf: () => string): boolean {
    if (this.#seen.size === 0 && !mayRepeat) return true
    const key = keyOf()
    if (this.#seen.has(key)) {
      this.#dropped++
      return false
    }
    if (mayRepeat && this.#own.length < MOST) this.#own.push(key)
    return true
  }

  /** How many lines were taken out since the last time that this was asked. */
  takeCount(): number {
    const count = this.#dropped
    this.#dropped = 0
    return count
  }

  /** What stands twice in one log is there twice. */
  #begin(log: number): void {
    for (const key of this.#own) if (this.#seen.size < MOST) this.#seen.add(key)
    this.#own = []
    this.#reading = log
  }
}

/** Of logs that follow each other no row does: nothing else is done for them. */
function reaches({ at, rows }: SampleBlock | UpdateBlock, from: Seconds): boolean {
  if (from === Number.POSITIVE_INFINITY) return false
  for (let row = 0; row < rows; row++) if (at[row]! >= from) return true
  return false
}

export const repeatedIn = (count: number): string =>
  `${count} of its lines: they stand in a log that begins earlier, too`

const keyOf = (block: SampleBlock | UpdateBlock, row: number): string =>
  block.kind === 'samples'
    ? `${block.at[row]} ${block.source[row]} ${block.offset[row]}`
    : `${block.at[row]} ${block.frequency[row]} ${block.offset[row]}`
