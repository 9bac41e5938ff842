/** Reads text as a log, in pieces of a given size, and gives what was told as plain rows and events. */
import { expect } from 'vitest'
import type { LogEvent, Piece } from '#core/trace/series.ts'
import { LOG_FORMATS } from '#dialects/formats.ts'
import { type Routed, Router } from '#dialects/log/router.ts'
import { SourceTable } from '#dialects/log/source-table.ts'

export interface Told {
  readonly rows: Record<string, number | string>[]
  readonly events: LogEvent[]
  readonly routed: Routed
  /** Why nothing of it was understood. */
  readonly refusal: string | undefined
}

/** 2027-03-05. */
export const BASE_DAY = 20_882

export function tell(log: string | Uint8Array, pieces = 1 << 20): Told {
  const bytes = typeof log === 'string' ? Uint8Array.from(log, char => char.charCodeAt(0) & 0xff) : log
  const rows: Record<string, number | string>[] = []
  const events: LogEvent[] = []
  const sources = new SourceTable()
  const router = new Router(LOG_FORMATS, {
    baseDay: BASE_DAY,
    nearDay: BASE_DAY,
    file: 0,
    sources,
    tell: piece => (piece.kind === 'event' ? events.push(piece) : rows.push(...rowsOf(piece, sources))),
  })
  for (let at = 0; at < bytes.length; at += pieces) {
    // The same buffer again and again, as a file is read.
    const piece = bytes.slice(at, at + pieces)
    router.push(piece)
    piece.fill(0x55)
  }
  const routed = router.finish()
  return { rows, events, routed, refusal: router.refusal }
}

/** Why nothing is told of these lines. */
export function refusalOf(...lines: readonly string[]): string | undefined {
  const { rows, events, refusal } = tell(new TextEncoder().encode(`${lines.join('\n')}\n`))
  expect([...rows, ...events]).toEqual([])
  return refusal
}

function rowsOf(block: Exclude<Piece, LogEvent>, sources: SourceTable): Record<string, number | string>[] {
  return Array.from({ length: block.rows }, (_, row) => {
    const of: Record<string, number | string> = { format: block.format }
    for (const [name, column] of Object.entries(block))
      if (ArrayBuffer.isView(column)) of[name] = (column as Float64Array)[row]!
    if (block.kind === 'samples') of.source = sources.names[block.source[row]!]!
    return of
  })
}
