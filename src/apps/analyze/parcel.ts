/**
 * A block on its way from one thread to another: its columns lie one behind the other in one piece of memory, which is
 * handed over and comes back to be used again.
 */
import type { Block } from '#core/trace/series.ts'

type Column = Float64Array | Uint32Array | Uint16Array
const ARRAYS = { 8: Float64Array, 4: Uint32Array, 2: Uint16Array } as const

export interface Parcel {
  /** All of the block but its columns. */
  readonly label: Readonly<Record<string, unknown>>
  readonly rows: number
  /** Their names and the width of a value, in the order in which they lie in memory. */
  readonly columns: readonly (readonly [name: string, width: 8 | 4 | 2])[]
  readonly memory: ArrayBuffer
}

/** With names, only these columns; the others arrive empty. */
export function pack(
  block: Block,
  spare: ArrayBuffer | undefined,
  names: readonly string[] | undefined,
): Parcel {
  const label: Record<string, unknown> = {}
  const all: [name: string, column: Column][] = []
  for (const [name, value] of Object.entries(block))
    if (!ArrayBuffer.isView(value)) label[name] = value
    else if (names === undefined || names.includes(name)) all.push([name, value as Column])
    else label[name] = new ARRAYS[widthOf(value as Column)](0)
  // The widest first: each begins where a value of its width may.
  all.sort(([, a], [, b]) => b.BYTES_PER_ELEMENT - a.BYTES_PER_ELEMENT)
  const { rows } = block
  const room = all.reduce((sum, [, column]) => sum + rows * column.BYTES_PER_ELEMENT, 0)
  const memory = spare && spare.byteLength >= room ? spare : new ArrayBuffer(room)
  let at = 0
  for (const [, column] of all) {
    new ARRAYS[widthOf(column)](memory, at, rows).set(column.subarray(0, rows))
    at += rows * column.BYTES_PER_ELEMENT
  }
  return { label, rows, columns: all.map(([name, column]) => [name, widthOf(column)]), memory }
}

/** The block again, as a block of this file, whose lines so far were so many. */
export function unpack(
  { label, rows, columns, memory }: Parcel,
  { file, lines }: { readonly file: number; readonly lines: number },
): Block {
  const block: Record<string, unknown> = { ...label, file, rows }
  let at = 0
  for (const [name, width] of columns) {
    block[name] = new ARRAYS[width](memory, at, rows)
    at += rows * width
  }
  // It is what was packed.
  const unpacked = block as unknown as Block
  if (lines > 0) for (let row = 0; row < unpacked.line.length; row++) unpacked.line[row]! += lines
  return unpacked
}

const widthOf = (column: Column): 8 | 4 | 2 => column.BYTES_PER_ELEMENT as 8 | 4 | 2
