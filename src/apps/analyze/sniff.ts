/** The beginning of a file, read as a log: what it is, and when it begins. */
import type { Piece } from '#core/trace/series.ts'
import { trulyAt } from '#core/trace/truly-at.ts'
import { LOG_FORMATS } from '#dialects/formats.ts'
import { PATIENCE, Router } from '#dialects/log/router.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { chunksOf } from './chunks.ts'
import type { Input } from './input.ts'
import { nearDayOf } from './near-day.ts'

/** So much is looked at, as long as it is not clear what it is; more, where nobody understands a line of it. */
const ENOUGH = 1 << 16
const STEP = 1 << 13
const BEGINNING = 4096

export interface Sniffed {
  readonly input: Input
  readonly kind: 'log' | 'other programs' | 'nothing'
  /** Why it is nothing, where more is known. */
  readonly refusal: string | undefined
  /** It was looked at to its end. */
  readonly whole: boolean
  /** All of its lines say in which year they were written. */
  readonly dated: boolean
  /** Seconds since 1970 of the first record with a time. */
  readonly begins: number
  /** The same by true time. */
  readonly written: number
  /** What the rest is written in, when lines of it can be read without those before. */
  readonly settled: string | undefined
  /** The first that was met in it. */
  readonly format: string | undefined
  /** Two files with one beginning are one log, twice. */
  readonly beginning: string
}

export async function sniff(
  input: Input,
  limit: number,
  digest: (bytes: Uint8Array) => string,
): Promise<Sniffed> {
  let begins = Number.POSITIVE_INFINITY
  let written: number | undefined
  const tell = (piece: Piece): void => {
    const at = piece.kind === 'event' ? piece.at : piece.at[0]!
    if (at < begins) begins = at
    if (piece.kind === 'samples') written ??= trulyAt(piece)
  }
  const router = new Router(LOG_FORMATS, {
    baseDay: 0,
    nearDay: nearDayOf(input.modified.getTime()),
    file: 0,
    sources: new SourceTable(),
    tell,
  })
  let head = Buffer.alloc(0)
  let length = 0
  let whole = true
  for await (const piece of chunksOf(input.path, limit, { most: STEP })) {
    if (head.length < BEGINNING) head = Buffer.concat([head, piece.subarray(0, BEGINNING - head.length)])
    router.push(piece)
    length += piece.length
    whole = length < (router.recognised ? ENOUGH : PATIENCE) && router.settled === undefined
    if (!whole) break
  }
  const { settled } = router
  const { formats } = router.finish({ torn: !whole })
  const undated = LOG_FORMATS.filter(({ dated }) => !dated).map(({ name }) => name)
  return {
    input,
    kind: formats.size > 0 ? 'log' : router.recognised ? 'other programs' : 'nothing',
    refusal: router.refusal,
    whole,
    dated: ![...formats.keys()].some(name => undated.includes(name)),
    begins,
    written: written ?? begins,
    settled,
    format: [...formats.keys()][0],
    beginning: digest(head),
  }
}
