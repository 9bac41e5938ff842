/**
 * The sources that a host's logs name, as small numbers. A name is looked up by its bytes, so that a line costs no text.
 * Names come from strangers: they are kept as they are and made printable only where they are printed.
 */
import { NO_SOURCE } from '#core/trace/series.ts'
import { type Cursor, textOf } from './cursor.ts'

const BLANK = 32
/** Room for short names: a power of two, and the shift that a 32-bit hash needs for it. */
const SHORT_SLOTS = 1 << 12
const SHORT_SHIFT = 20
const LONGEST_SHORT = 15
const SLOTS = 1 << 14
/** No daemon has so many. Whoever forges addresses may send more: they count as one. */
const MOST_SOURCES = 8192
const LONGEST_NAME = 80

export class SourceTable {
  readonly names: string[] = []
  readonly #byName = new Map<string, number>()
  #table = new Int32Array(1024).fill(-1)
  readonly #shortKeys = new Int32Array(4 * SHORT_SLOTS)
  readonly #shortIndex = new Uint16Array(SHORT_SLOTS)
  readonly #keys: Uint8Array[] = []
  readonly #indices: number[] = []

  /** The word at the cursor, as the number of a source. */
  read(cursor: Cursor): number {
    const { bytes } = cursor
    let at = cursor.at
    while (bytes[at] === BLANK) at++
    return at <= cursor.wide ? this.#readShort(cursor, at) : this.#readName(cursor, at)
  }

  /** Nearly all are IPv4 addresses, and up to fifteen bytes are their own key: four numbers, zero behind the end. */
  #readShort(cursor: Cursor, from: number): number {
    const { view } = cursor
    let a = view.getInt32(from, true)
    let b = view.getInt32(from + 4, true)
    let c = view.getInt32(from + 8, true)
    let d = view.getInt32(from + 12, true)
    const length = wordLength(a, b, c, d)
    if (length === 0 || length > LONGEST_SHORT) return this.#readName(cursor, from)
    if (length < 4) {
      a &= maskOf(length)
      b = c = d = 0
    } else if (length < 8) {
      b &= maskOf(length - 4)
      c = d = 0
    } else if (length < 12) {
      c &= maskOf(length - 8)
      d = 0
    } else d &= maskOf(length - 12)
    let hash = Math.imul(a ^ Math.imul(b, 31), 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 15) ^ c ^ Math.imul(d, 31), 0x9e3779b1)
    const slot = hash >>> SHORT_SHIFT
    const key = slot * 4
    const keys = this.#shortKeys
    if (keys[key] === a && keys[key + 1] === b && keys[key + 2] === c && keys[key + 3] === d) {
      cursor.at = from + length
      return this.#shortIndex[slot]!
    }
    const index = this.#readName(cursor, from)
    if (!cursor.ok) return index
    // The last name of a slot has it: the others are found in the long way.
    keys[key] = a
    keys[key + 1] = b
    keys[key + 2] = c
    keys[key + 3] = d
    this.#shortIndex[slot] = index
    return index
  }

  #readName(cursor: Cursor, from: number): number {
    const bytes = cursor.bytes
    let at = from
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

/** How many of sixteen bytes come before the first blank or control character. */
function wordLength(a: number, b: number, c: number, d: number): number {
  let length = lengthIn(a)
  if (length < 4) return length
  length = lengthIn(b)
  if (length < 4) return 4 + length
  length = lengthIn(c)
  if (length < 4) return 8 + length
  return 12 + lengthIn(d)
}

/** How many of four bytes come before the first blank or control character. */
function lengthIn(bytes: number): number {
  const ends = (bytes - 0x21212121) & ~bytes & 0x80808080
  return ends === 0 ? 4 : (31 - Math.clz32(ends & -ends)) >> 3
}

const maskOf = (length: number): number => (1 << (8 * length)) - 1

/** NTPsec writes 192.0.2.1:123 and [2001:db8::1]:123 where others write the address. */
export function withoutPort(name: string): string {
  const match = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9a-fA-F:.%\w]+)\])(?::\d+)?$/.exec(name)
  return match ? (match[1] ?? match[2]!) : name
}
