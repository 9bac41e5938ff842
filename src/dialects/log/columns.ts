/**
 * The skeleton of a reader whose lines become rows of a block: the loop over lines, full blocks, and going back to the
 * start of a line that is not understood.
 */
import { BLOCK_ROWS, type Block, type Room } from '#core/trace/series.ts'
import { Cursor } from './cursor.ts'
import type { Destination, LineReader } from './format.ts'

/** Rows of the first block that is told; the next has four times as many. Where a piece of the file ends changes nothing. */
const FIRST_ROWS = 16
/** Hardly a row is shorter. */
const LEAST_BYTES = 32

/** Room for so many rows, and for more if there are more bytes: most formats are only asked for a line, most files are small. */
const roomFor = (rows: number, bytes: number): number =>
  Math.max(rows, Math.min(BLOCK_ROWS, Math.ceil(bytes / LEAST_BYTES)))

export interface RowReader<B extends Block> {
  /** An empty block. */
  create(room: Room): B
  /** Reads one line into row `row` of the block and leaves the cursor behind its last field; or leaves `ok` false. */
  row(cursor: Cursor, block: B, row: number): void
  /** For lines that belong to the format and are no rows: a header. Leaves the cursor on the next line when true. */
  other?(cursor: Cursor, line: number): boolean
  /** Tells what lines that are no rows had. */
  flush?(): void
}

export function columns<B extends Block>(into: Destination, reader: RowReader<B>): LineReader {
  const cursor = new Cursor()
  let block: B | undefined
  let most = FIRST_ROWS
  const tell = () => {
    if (!block || block.rows === 0) return
    into.tell(block)
    // It is written over: whoever was told is done with it.
    block.rows = 0
  }
  /** Rows until the block is full or a line is none; how many. */
  const rows = (into: B, from: number, end: number, number: number): number => {
    const { line, rows } = into
    let row = rows
    let at = from
    cursor.ok = true
    while (row < most && at < end) {
      reader.row(cursor, into, row)
      if (!cursor.ok) break
      cursor.next()
      at = cursor.at
      line[row] = number + row - rows
      row++
    }
    cursor.at = at
    into.rows = row
    return row - rows
  }
  const self = {
    taken: 0,
    take(bytes: Uint8Array, at: number, end: number, line: number): number {
      cursor.read(bytes, at)
      let number = line
      for (;;) {
        const start = cursor.at
        if (start >= end) break
        if (!block || block.at.length < most)
          block = reader.create({
            rows: roomFor(most, end - start),
            memory: block && into.spare?.(block.format),
            census: into.census,
          })
        const taken = rows(block, start, end, number)
        number += taken
        if (block.rows === most) {
          tell()
          most = Math.min(BLOCK_ROWS, most * 4)
          continue
        }
        if (cursor.at >= end) break
        const at = cursor.at
        cursor.ok = true
        if (reader.other?.(cursor, number)) {
          number++
          continue
        }
        cursor.at = at
        break
      }
      self.taken = number - line
      return cursor.at
    },
    flush() {
      tell()
      reader.flush?.()
    },
  }
  return self
}
