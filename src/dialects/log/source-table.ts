/**
 * The sources that a host's logs name, as small numbers. A name is looked up by its bytes, so that a line costs no text.
 * Names come from strangers: they are kept as they are and made printable only where they are printed.
 */
import { type Cursor, textOf } from './cursor.ts'

const BLANK = 32
const SLOTS = 1 << 17
const MOST_SOURCES = 65_535
const LONGEST_NAME = 80

export const NO_SOURCE = 65_535

export class SourceTable {
  readonly names: string[] = []
  readonly #byName = new Map<string, number>()
  #table = new Int32Array(1024).fill(-1)
  readonly #keys: Uint8Array[] = []
  readonly #indices: number[] = []

  /** The word at the cursor, as the number of a source. */
  read(cursor: Cursor): number {
    const bytes = cursor.bytes
    let at = cursor.at
    while (bytes[at] === BLANK) at++
    const from = at
    let hash = 0
    let c = bytes[at]!
    while (c > BLANK) {
      hash = (Math.imul(hash, 31) + c) | 0
      c = bytes[++at]!
    }
    cursor.at = at
    const length = at - from
    const mask = this.#table.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    for (;;) {
      const key = this.#table[slot]!
      if (key < 0) break
      const known = this.#keys[key]!
      if (known.length === length) {
        let i = 0
        while (i < length && known[i] === bytes[from + i]) i++
        if (i === length) return this.#indices[key]!
      }
      slot = (slot + 1) & mask
    }
    if (length === 0 || length > LONGEST_NAME) {
      cursor.ok = false
      return NO_SOURCE
    }
    const index = this.named(textOf(bytes, from, at))
    if (index !== NO_SOURCE && this.#keys.length < MOST_SOURCES) this.#remember(bytes.slice(from, at), index)
    return index
  }

  /** The number of a source by its name; `NO_SOURCE` when there are too many of them. */
  named(raw: string): number {
    const name = withoutPort(raw)
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    if (this.names.length >= MOST_SOURCES) return NO_SOURCE
    this.names.push(name)
    this.#byName.set(name, this.names.length - 1)
    return this.names.length - 1
  }

  #remember(key: Uint8Array, index: number): void {
    this.#keys.push(key)
    this.#indices.push(index)
    if (this.#keys.length * 2 > this.#table.length && this.#table.length < SLOTS) {
      this.#table = new Int32Array(this.#table.length * 2).fill(-1)
      for (let i = 0; i < this.#keys.length; i++) this.#insert(i)
    } else this.#insert(this.#keys.length - 1)
  }

  #insert(key: number): void {
    let hash = 0
    for (const c of this.#keys[key]!) hash = (Math.imul(hash, 31) + c) | 0
    const mask = this.#table.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    while (this.#table[slot]! >= 0) slot = (slot + 1) & mask
    this.#table[slot] = key
  }
}

/** NTPsec writes 192.0.2.1:123 and [2001:db8::1]:123 where others write the address. */
function withoutPort(name: string): string {
  const match = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9a-fA-F:.%\w]+)\])(?::\d+)?$/.exec(name)
  return match ? (match[1] ?? match[2]!) : name
}
