/**
 * A thread that reads stretches of files, one after the other, and tells what is in them. It does not run far ahead of
 * whoever listens: blocks travel in memory that has to come back.
 */
import { parentPort } from 'node:worker_threads'
import type { LogEvent, Piece } from '#core/trace/series.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { type Parcel, pack } from './parcel.ts'
import { readStretch, type Stretch, type StretchRead } from './stretch.ts'

export type Order =
  | { readonly index: number; readonly stretch: Stretch }
  /** Has been looked at. */
  | { readonly memory: readonly ArrayBuffer[] }
  /** Nobody wants it any more. */
  | { readonly drop: number }

/** What was read of a stretch since the last one. */
export interface Answer {
  readonly index: number
  readonly pieces: readonly (Parcel | LogEvent)[]
  /** Sources that were not named before in this stretch. */
  readonly names: readonly string[]
  readonly bytes: number
  /** There is nothing more. */
  readonly end: { readonly read: StretchRead | undefined } | undefined
}

/** Blocks on their way at most; of the largest, 20 MB. */
const MOST_ON_THEIR_WAY = 40
/** So much is read before it is told. */
const OFTEN = 4 << 20
/** All that a census looks at. */
const OF_A_CENSUS = ['at', 'source']

const port = parentPort!
const spare: ArrayBuffer[] = []
const waiting: { readonly index: number; readonly stretch: Stretch; readonly drop: AbortController }[] = []
let onTheirWay = 0
let working = false
let goOn = () => {}

port.on('message', (order: Order) => {
  if ('memory' in order) {
    spare.push(...order.memory)
    onTheirWay -= order.memory.length
    goOn()
  } else if ('drop' in order) waiting.find(({ index }) => index === order.drop)?.drop.abort()
  else {
    waiting.push({ ...order, drop: new AbortController() })
    if (!working) void work()
  }
})

async function work(): Promise<void> {
  working = true
  for (let next = waiting[0]; next; next = waiting[0]) {
    await read(next.index, next.stretch, next.drop.signal)
    waiting.shift()
  }
  working = false
}

async function read(index: number, stretch: Stretch, signal: AbortSignal): Promise<void> {
  const sources = new SourceTable()
  let pieces: (Parcel | LogEvent)[] = []
  let memory: ArrayBuffer[] = []
  let [named, told, bytes] = [0, 0, 0]
  const answer = (end: Answer['end']) => {
    const names = sources.names.slice(named)
    port.postMessage({ index, pieces, names, bytes, end } satisfies Answer, memory)
    named = sources.names.length
    told = bytes
    onTheirWay += memory.length
    pieces = []
    memory = []
  }
  const tell = (piece: Piece) => {
    if (piece.kind === 'event') pieces.push(piece)
    else {
      const parcel = pack(piece, spare.pop(), stretch.census ? OF_A_CENSUS : undefined)
      pieces.push(parcel)
      memory.push(parcel.memory)
    }
  }
  const paced = async (now: number) => {
    bytes = now
    if (bytes - told < OFTEN) return
    answer(undefined)
    // What comes back is heard between two turns.
    await new Promise(setImmediate)
    while (onTheirWay > MOST_ON_THEIR_WAY)
      await new Promise<void>(resolve => {
        goOn = resolve
      })
  }
  let done: StretchRead | undefined
  try {
    done = await readStretch(stretch, { file: 0, sources, tell, paced, signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
  answer({ read: done })
}
