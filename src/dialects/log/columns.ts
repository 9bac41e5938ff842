/**
 * The skeleton of a reader whose lines become rows of a block: the loop over lines, full blocks, and going back to the
 * start of a line that is not understood.
 */
import { BLOCK_ROWS, type Block } from '#core/trace/series.ts'
import { Cursor } from './cursor.ts'
import type { Destination, LineReader } from './format.ts'

export interface RowReader<B extends Block> {
  create(): B
  /** Reads one line into row `row` of the block and leaves the cursor behind its last field; or leaves `ok` false. */
  row(cursor: Cursor, block: B, row: number): void
  /** For lines that belong to the format and are no rows: a header. Leaves the cursor on the next line when true. */
  other?(cursor: Cursor): boolean
}

export function columns<B extends Block>(into: Destination, reader: RowReader<B>): LineReader {
  const cursor = new Cursor()
  let block: B | undefined
  const flush = () => {
    if (block && block.rows > 0) into.tell(block)
    block = undefined
  }
  const self = {
    taken: 0,
    take(bytes: Uint8Array, at: number, end: number, line: number): number {
      cursor.bytes = bytes
      cursor.at = at
      let taken = 0
      while (cursor.at < end) {
        const start = cursor.at
        cursor.ok = true
        if (!block) block = reader.create()
        const row = block.rows
        reader.row(cursor, block, row)
        if (cursor.ok) {
          cursor.next()
          block.line[row] = line + taken
          block.rows = row + 1
          taken++
          if (block.rows === BLOCK_ROWS) flush()
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
