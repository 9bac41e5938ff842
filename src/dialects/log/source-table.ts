/**
 * The sources that a host's logs name, as small numbers. A name is looked up by its bytes, so that a line costs no text.
 * Names come from strangers: they are kept as they are and made printable only where they are printed.
 */
import { type Cursor, textOf } from './cursor.ts'

const BLANK = 32
const POINT = 46
const ZERO = 48
/** Room for addresses: a power of two, and the shift that a 32-bit hash needs for it. */
const ADDRESS_SLOTS = 1 << 12
const ADDRESS_SHIFT = 20
const SLOTS = 1 << 17
const MOST_SOURCES = 65_535
const LONGEST_NAME = 80

export const NO_SOURCE = 65_535

export class SourceTable {
  readonly names: string[] = []
  readonly #byName = new Map<string, number>()
  #table = new Int32Array(1024).fill(-1)
  readonly #addresses = new Int32Array(ADDRESS_SLOTS)
  readonly #addressIndex = new Int32Array(ADDRESS_SLOTS).fill(-1)
  #addressCount = 0
  readonly #keys: Uint8Array[] = []
  readonly #indices: number[] = []

  /** The word at the cursor, as the number of a source. */
  read(cursor: Cursor): number {
    const bytes = cursor.bytes
    let at = cursor.at
    while (bytes[at] === BLANK) at++
    const from = at
    // Nearly all are IPv4 addresses, and those are their own key.
    let key = 0
    let octet = 0
    let octets = 0
    let c = bytes[at]!
    for (;;) {
      const digit = c - ZERO
      if (digit >= 0 && digit <= 9) {
        // A leading zero would make two names for one address.
        if (octet === 0 && at > from && bytes[at - 1] === ZERO) break
        octet = (Math.imul(octet, 10) + digit) | 0
        if (octet > 255) break
      } else if (c === POINT || c === BLANK) {
        if (at === from || bytes[at - 1] === POINT) break
        key = (key << 8) | octet
        octet = 0
        octets++
        if (c === BLANK) {
          if (octets !== 4) break
          cursor.at = at
          return this.#byAddress(key, bytes, from, at)
        }
        if (octets === 4) break
      } else break
      c = bytes[++at]!
    }
    return this.#readName(cursor, from)
  }

  #byAddress(key: number, bytes: Uint8Array, from: number, at: number): number {
    const hash = Math.imul(key, 0x9e3779b1)
    let slot = hash >>> ADDRESS_SHIFT
    for (;;) {
      const index = this.#addressIndex[slot]!
      if (index < 0) break
      if (this.#addresses[slot] === key) return index
      slot = (slot + 1) & (ADDRESS_SLOTS - 1)
    }
    const index = this.named(textOf(bytes, from, at))
    // Half full it stays, so that a search always ends.
    if (index !== NO_SOURCE && this.#addressCount < ADDRESS_SLOTS / 2) {
      this.#addressCount++
      this.#addresses[slot] = key
      this.#addressIndex[slot] = index
    }
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

/** NTPsec writes 192.0.2.1:123 and [2001:db8::1]:123 where others write the address. */
function withoutPort(name: string): string {
  const match = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9a-fA-F:.%\w]+)\])(?::\d+)?$/.exec(name)
  return match ? (match[1] ?? match[2]!) : name
}
