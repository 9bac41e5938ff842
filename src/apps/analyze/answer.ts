/**
 * What a reader of stretches tells to whoever puts them in order: a few blocks and events at a time. Blocks travel in memory
 * that comes back to be used again.
 */
import type { LogEvent, Piece } from '#core/trace/series.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { type Parcel, pack, type Spare } from './parcel.ts'
import { readStretch, type Stretch, type StretchRead } from './stretch.ts'

/** What was read of a stretch since the last one. */
export interface Answer {
  readonly index: number
  readonly pieces: readonly (Parcel | LogEvent)[]
  /** Sources that were not named before in this stretch. */
  readonly names: readonly string[]
  readonly bytes: number
  /** There is nothing more. Undefined in it: it was dropped. */
  readonly end: { readonly read: StretchRead | undefined } | undefined
}

export interface Assignment {
  readonly index: number
  readonly stretch: Stretch
  /** When nobody wants it any more. */
  readonly drop: AbortController
}

export interface Listener {
  readonly spare: Spare
  hear(answer: Answer, memory: ArrayBuffer[]): void
  /** Until there is room for more. */
  room(): Promise<void>
}

/** So much is read before it is told. */
const OFTEN = 2 << 20

export async function tellStretch({ index, stretch, drop }: Assignment, to: Listener): Promise<void> {
  const sources = new SourceTable()
  let pieces: (Parcel | LogEvent)[] = []
  let memory: ArrayBuffer[] = []
  let [named, told, bytes] = [0, 0, 0]
  const answer = (end: Answer['end']) => {
    const told = { index, pieces, names: sources.names.slice(named), bytes, end }
    const carried = memory
    named = sources.names.length
    pieces = []
    memory = []
    to.hear(told, carried)
  }
  const tell = (piece: Piece) => {
    if (piece.kind === 'event') return void pieces.push(piece)
    const parcel = pack(piece)
    pieces.push(parcel)
    memory.push(parcel.memory)
  }
  const paced = async (now: number) => {
    bytes = now
    if (bytes - told < OFTEN) return
    told = bytes
    answer(undefined)
    await to.room()
  }
  let read: StretchRead | undefined
  try {
    read = await readStretch(stretch, {
      file: 0,
      sources,
      tell,
      spare: format => to.spare.take(format),
      paced,
      signal: drop.signal,
    })
  } catch (error) {
    if (!drop.signal.aborted) throw error
  }
  answer({ read })
}
