/**
 * What a log format is to the rest: something that takes the lines it understands. There is no separate recogniser: a
 * format recognises a line by reading it, so content alone decides, and a file may change its format at any line.
 */
import type { Piece } from '#core/trace/series.ts'
import type { SourceTable } from './source-table.ts'

export interface LogFormat {
  /** As people call it: `ntpd peerstats`. */
  readonly name: string
  /** False when its lines do not say in which year they were written. */
  readonly dated: boolean
  /** What its lines can begin with: others are not offered to it, which is what makes foreign lines cheap. */
  readonly first: string
  /** Each of its lines is read without those before it, but for what it tells only once: a long file can be read in parts. */
  readonly apart?: boolean
  open(into: Destination): LineReader
}

export const DIGITS = '0123456789'
export const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Where pieces go, and what a reader must know about them. */
export interface Destination {
  /** Times are seconds from the start of this day, counted from 1970-01-01. */
  readonly baseDay: number
  /** A day near which the lines were written, for those without a year. A line that knows it better sets it for those below. */
  nearDay: number
  readonly file: number
  readonly sources: SourceTable
  /** Only who spoke and when is asked: a reader may leave the other columns unknown, and pass over what it need not read. */
  readonly census?: boolean
  /** The first line follows others that were all understood: what is told only once has been told. */
  readonly midst?: boolean
  /**
   * A block is the reader's again when this returns: what is to be kept of it is copied. Or its memory is taken, which
   * leaves its columns without a place.
   */
  tell(piece: Piece): void
  /** Memory that was taken from a block of this format, and is no longer needed. */
  spare?(format: string): ArrayBuffer | undefined
}

export interface LineReader {
  /**
   * Takes lines from `at` on, the first of which is number `line` of its file. `end` follows a newline. Answers where the
   * first line begins that it does not understand, or `end`.
   */
  take(bytes: Uint8Array, at: number, end: number, line: number): number
  /** How many lines the last call took. */
  readonly taken: number
  /** The line right before these, which nobody had understood, was found to be its own. */
  readonly reclaimed?: boolean
  /** Lines that it takes because they are no business of ours: they do not make a file a timekeeper's log. */
  readonly foreign?: boolean
  /** Why lines that are of its kind were not taken, and what to write instead. */
  readonly refusal?: string | undefined
  /** Tells what it has collected. */
  flush(): void
}
