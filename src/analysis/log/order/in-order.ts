/**
 * Days that stand in one file in another order than they were (`cat` of several, the newest first): the rows of each format are put in
 * order of time. A clock that was set back by hours writes stamps that go back, too: then what was measured is hours off, or the
 * times meet again later, and the order of the file stays. What is longer than some days of logs is not held, and stays as it is.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Block, Piece } from '#core/trace/series.ts'

/** Rows that are held, of a file. */
const MOST = 200_000
/** No daemon writes its lines so late. */
const BACK: Seconds = 6 * 3600
/** So few lines may be those of a clock that was wrong for a moment. */
const FEWEST = 8
/** Whose clock was that wrong had been set. */
const FAR_OFF: Seconds = 3600

interface Segment {
  readonly blocks: Block[]
  from: Seconds
  to: Seconds
  rows: number
  farOff: boolean
}

export class InOrder {
  readonly #out: (piece: Piece) => void
  #held: Piece[] = []
  #rows = 0
  #through = false
  /** Whether something was put in another order. */
  reordered = false

  constructor(out: (piece: Piece) => void) {
    this.#out = out
  }

  tell(piece: Piece): void {
    if (this.#through) {
      this.#out(piece)
      return
    }
    this.#held.push(piece.kind === 'event' ? piece : part(piece, 0, piece.rows))
    this.#rows += piece.kind === 'event' ? 1 : piece.rows
    if (this.#rows <= MOST) return
    this.#through = true
    this.#release(this.#held)
  }

  /** At the end of the file. */
  flush(): void {
    const segments = segmentsOf(this.#held)
    const sorted = [...segments.values()].filter(each => each.length > 1 && mayBeSorted(each))
    if (sorted.length === 0) {
      this.#release(this.#held)
      return
    }
    this.reordered = true
    const formats = new Set(sorted.map(([first]) => keyOf(first!.blocks[0]!)))
    this.#release(this.#held.filter(piece => piece.kind === 'event' || !formats.has(keyOf(piece))))
    for (const { blocks } of sorted.flat().sort((a, b) => a.from - b.from)) this.#release(blocks)
  }

  #release(pieces: readonly Piece[]): void {
    this.#held = []
    for (const piece of pieces) this.#out(piece)
  }
}

const keyOf = (block: Block): string =>
  `${block.kind} ${block.format} ${block.kind === 'readings' ? block.quantity : ''}`

/** Of each format, in the order of the file: a new one begins where time goes back by hours. */
function segmentsOf(pieces: readonly Piece[]): ReadonlyMap<string, Segment[]> {
  const all = new Map<string, Segment[]>()
  for (const piece of pieces) {
    if (piece.kind === 'event') continue
    const key = keyOf(piece)
    const segments = all.get(key) ?? []
    all.set(key, segments)
    let first = 0
    for (let row = 0; row <= piece.rows; row++) {
      const at = piece.at[row]!
      const last = segments.at(-1)
      if (row === piece.rows || (last && at < last.to - BACK)) {
        if (row > first) last!.blocks.push(row - first === piece.rows ? piece : part(piece, first, row))
        first = row
      }
      if (row < piece.rows) take(segments, at, piece.kind === 'samples' ? piece.offset[row]! : 0)
    }
  }
  return all
}

function take(segments: Segment[], at: Seconds, offset: Seconds): void {
  let last = segments.at(-1)
  if (!last || at < last.to - BACK) {
    last = { blocks: [], from: at, to: at, rows: 0, farOff: false }
    segments.push(last)
  }
  last.from = Math.min(last.from, at)
  last.to = Math.max(last.to, at)
  last.rows++
  if (Math.abs(offset) > FAR_OFF) last.farOff = true
}

function mayBeSorted(segments: readonly Segment[]): boolean {
  const sorted = segments.toSorted((a, b) => a.from - b.from)
  return sorted.every(
    ({ from, rows, farOff }, i) => rows >= FEWEST && !farOff && (i === 0 || from >= sorted[i - 1]!.to),
  )
}

/** A copy of these rows. */
function part<B extends Block>(block: B, from: number, to: number): B {
  const columns = Object.entries(block)
    .filter(([, column]) => ArrayBuffer.isView(column))
    .map(([name, column]) => [name, (column as Float64Array).slice(from, to)] as const)
  return { ...block, ...Object.fromEntries(columns), rows: to - from }
}

export const PUT_IN_ORDER = 'its days stand in another order than they were: they were put in order of time'
