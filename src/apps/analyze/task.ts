/** A stretch of a file that is to be read, who takes in what is in it, and the reading of all, one after the other. */
import type { Piece } from '#core/trace/series.ts'
import type { SourceTable } from '#dialects/log/source-table.ts'
import { readStretch, type Stretch, type StretchRead } from './stretch.ts'

export interface Task {
  /** Asked for when it is begun. */
  stretch(): Stretch
  /** What it is to know is only known once all before it were taken in. */
  readonly last: boolean
  /** Bytes of memory that are needed about, when it waits for its turn after it was read. */
  readonly held: number
  readonly into: Taker
}

/** A file takes in its stretches. */
export interface Taker {
  /** Its place among the files that were read. */
  readonly file: number
  /** Its lines so far. */
  readonly lines: number
  readonly sources: SourceTable
  tell(piece: Piece): void
  paced(bytes: number): void
  /** Nothing of it is wanted after a stretch that went to its end. */
  read(read: StretchRead): void
  readonly ended: boolean
}

export async function readHere(tasks: readonly Task[], signal: AbortSignal | undefined): Promise<void> {
  for (const { stretch, into } of tasks) {
    if (into.ended) continue
    signal?.throwIfAborted()
    const { file, sources } = into
    const read = await readStretch(stretch(), {
      file,
      sources,
      tell: piece => into.tell(piece),
      paced: bytes => into.paced(bytes),
      signal,
    })
    into.read(read)
  }
}
