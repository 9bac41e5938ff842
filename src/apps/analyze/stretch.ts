/**
 * A stretch of a file, read as a log: all of it, or of a long one the lines that begin between two places. Where all lines
 * so far are such as can be read apart, nothing before a line matters but the name of its format: so stretches can be read
 * at the same time. Whoever meets another line reads on to the end of the file, and what others made of that is dropped.
 */
import type { Piece } from '#core/trace/series.ts'
import { LOG_FORMATS } from '#dialects/formats.ts'
import { PATIENCE, type Routed, Router } from '#dialects/log/router.ts'
import type { SourceTable } from '#dialects/log/source-table.ts'
import { chunksOf } from './chunks.ts'
import { reason } from './reason.ts'

const NEWLINE = 10

export interface Stretch {
  readonly path: string
  /** Bytes that a packed file may unpack to. */
  readonly limit: number
  readonly from: number
  /** Infinity: to the end, wherever that is by then. */
  readonly to: number
  /** What its file is written in, as far as is known. */
  readonly format: string | undefined
  readonly baseDay: number
  readonly nearDay: number
  readonly census: boolean
}

export interface Into {
  readonly file: number
  readonly sources: SourceTable
  tell(piece: Piece): void
  spare?(format: string): ArrayBuffer | undefined
  /** After each piece of the file, with how many bytes were read so far. */
  paced(bytes: number): void | Promise<void>
  readonly signal: AbortSignal | undefined
}

export interface StretchRead extends Routed {
  readonly bytes: number
  /** It went to the end of the file. */
  readonly toEnd: boolean
  /** Why it ended before that. */
  readonly failure: string | undefined
}

export async function readStretch(stretch: Stretch, into: Into): Promise<StretchRead> {
  const { path, limit, from, format, baseDay, nearDay, census } = stretch
  const { paced, signal } = into
  const midst = from > 0
  const router = new Router(
    LOG_FORMATS,
    { ...into, baseDay, nearDay, census, midst },
    midst ? format : undefined,
  )
  // A line begins behind a newline.
  let at = midst ? from - 1 : 0
  let border = stretch.to
  let begun = !midst
  let bytes = 0
  let toEnd = true
  let failure: string | undefined
  const push = (part: Uint8Array) => {
    router.push(part)
    bytes += part.length
  }
  try {
    for await (const piece of chunksOf(path, limit, { from: at })) {
      signal?.throwIfAborted()
      const begin = begun ? 0 : endOfLine(piece, 0)
      if (!begun && begin > 0) {
        begun = true
        // One line may be longer than all of the stretch.
        toEnd = at + begin < border
      }
      if (begun && toEnd) {
        const end = at + piece.length < border ? 0 : endOfLine(piece, Math.max(begin, border - 1 - at))
        push(piece.subarray(begin, end > 0 ? end : piece.length))
        if (end > 0) {
          border = Number.POSITIVE_INFINITY
          toEnd = router.settled !== format
          if (toEnd) push(piece.subarray(end))
        }
      }
      if (!toEnd) break
      at += piece.length
      await paced(bytes)
      if (bytes > PATIENCE && !router.recognised) break
    }
  } catch (error) {
    if (signal?.aborted) throw error
    failure = reason(error)
  }
  return { ...router.finish(), bytes, toEnd, failure }
}

/** Where the line ends that this byte belongs to, behind its newline; 0 when that is not in these bytes. */
const endOfLine = (bytes: Uint8Array, from: number): number => bytes.indexOf(NEWLINE, from) + 1
