/**
 * The skeleton of a reader whose lines become rows of a block: the loop over lines, full blocks, and going back to the
 * start of a line that is not understood.
 */
import { BLOCK_ROWS, type Block } from '#core/trace/series.ts'
import { Cursor } from './cursor.ts'
import type { Destination, LineReader } from './format.ts'

const LEAST_ROWS = 16
/** Hardly a row is shorter. */
const LEAST_BYTES = 32

/** Most formats are only asked for a line, and most files are small. */
const roomFor = (bytes: number): number =>
  Math.min(BLOCK_ROWS, Math.max(LEAST_ROWS, Math.ceil(bytes / LEAST_BYTES)))

export interface RowReader<B extends Block> {
  /** A block with room for so many rows. */
  create(room: number): B
  /** Reads one line into row `row` of the block and leaves the cursor behind its last field; or leaves `ok` false. */
  row(cursor: Cursor, block: B, row: number): void
  /** For lines that belong to the format and are no rows: a header. Leaves the cursor on the next line when true. */
  other?(cursor: Cursor): boolean
}

export function columns<B extends Block>(into: Destination, reader: RowReader<B>): LineReader {
  const cursor = new Cursor()
  let block: B | undefined
  const flush = () => {
    if (!block || block.rows === 0) return
    into.tell(block)
    // A full block is written over: whoever was told is done with it.
    if (block.at.length === BLOCK_ROWS) block.rows = 0
    else block = undefined
  }
  const self = {
    taken: 0,
    take(bytes: Uint8Array, at: number, end: number, line: number): number {
      cursor.read(bytes, at)
      let taken = 0
      while (cursor.at < end) {
        const start = cursor.at
        cursor.ok = true
        if (!block) block = reader.create(roomFor(end - start))
        const row = block.rows
        reader.row(cursor, block, row)
        if (cursor.ok) {
          cursor.next()
          block.line[row] = line + taken
          block.rows = row + 1
          taken++
          if (block.rows === block.at.length) flush()
          continue
        }
        cursor.at = start
        cursor.ok = true
        if (reader.other?.(cursor)) {
          taken++
          continue
        }
        cursor.at = start
        break
      }
      self.taken = taken
      return cursor.at
    },
    flush,
  }
  return self
}
