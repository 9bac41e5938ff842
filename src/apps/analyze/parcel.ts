/**
 * A block on its way from one thread to another: the memory in which its columns lie is handed over, and comes back to be
 * used again. Nothing is copied.
 */
import type { Block } from '#core/trace/series.ts'

type Column = Float64Array | Uint32Array | Uint16Array
const ARRAYS = { 8: Float64Array, 4: Uint32Array, 2: Uint16Array } as const

export interface Parcel {
  /** All of the block but its columns. */
  readonly label: Readonly<Record<string, unknown>>
  readonly rows: number
  readonly columns: readonly { readonly name: string; readonly width: 8 | 4 | 2; readonly at: number }[]
  readonly memory: ArrayBuffer
}

/** What was looked at, and can be used for another block of its format. */
export interface Emptied {
  readonly format: string
  readonly memory: ArrayBuffer
}

export const emptied = ({ label, memory }: Parcel): Emptied => ({ format: String(label.format), memory })

export class Spare {
  readonly #of = new Map<string, ArrayBuffer[]>()

  give({ format, memory }: Emptied): void {
    const known = this.#of.get(format)
    if (known) known.push(memory)
    else this.#of.set(format, [memory])
  }

  take(format: string): ArrayBuffer | undefined {
    return this.#of.get(format)?.pop()
  }
}

/** Leaves the block without memory. */
export function pack(block: Block): Parcel {
  const label: Record<string, unknown> = {}
  const columns: { name: string; width: 8 | 4 | 2; at: number }[] = []
  for (const [name, value] of Object.entries(block))
    if (ArrayBuffer.isView(value))
      columns.push({ name, width: widthOf(value as Column), at: value.byteOffset })
    else label[name] = value
  return { label, rows: block.rows, columns, memory: taken(block.at.buffer as ArrayBuffer) }
}

/** The block again, as a block of this file, whose lines so far were so many. */
export function unpack(
  { label, rows, columns, memory }: Parcel,
  { file, lines }: { readonly file: number; readonly lines: number },
): Block {
  const block: Record<string, unknown> = { ...label, file, rows }
  for (const { name, width, at } of columns) block[name] = new ARRAYS[width](memory, at, rows)
  // It is what was packed.
  const unpacked = block as unknown as Block
  if (lines > 0) for (let row = 0; row < rows; row++) unpacked.line[row]! += lines
  return unpacked
}

/** Whoever had it before has it no more. Node 20 cannot transfer it by itself. */
const taken = (memory: ArrayBuffer): ArrayBuffer =>
  memory.transfer?.() ?? structuredClone(memory, { transfer: [memory] })

const widthOf = (column: Column): 8 | 4 | 2 => column.BYTES_PER_ELEMENT as 8 | 4 | 2
