/**
 * Members of a tar archive, in the order in which they lie in it (POSIX ustar, GNU's long names, pax paths). Plain files are of
 * interest, and to some also symbolic links and directories. Nothing is written where a member's name says. It knows of no Node:
 * the page reads archives, too.
 */

const BLOCK = 512
/** Longer names are nobody's. */
const LONGEST_NAME = 65_536

export interface Member {
  readonly name: string
  readonly size: number
  readonly modified: Date
  /** May anybody run it? */
  readonly executable: boolean
}

export interface MemberSink {
  /** Undefined when the member's bytes are not wanted. */
  begin(member: Member): ((bytes: Uint8Array) => void) | undefined
  end(): void
  /** A symbolic link, or a directory, which has no target. */
  mark?(name: string, target: string | undefined): void
}

/** True when a block begins a tar archive: its checksum is right. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false
  const stated = octal(block, 148, 8)
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : block[i]!
  return sum > 256 && stated === sum
}

/** Takes the archive in pieces of any size. */
export class TarReader {
  readonly #sink: MemberSink
  #header = new Uint8Array(BLOCK)
  #filled = 0
  #left = 0
  #padding = 0
  #write: ((bytes: Uint8Array) => void) | undefined
  #inMember = false
  #longName: string | undefined
  #longTarget: string | undefined
  #text: Uint8Array[] | undefined
  #textKind = ''
  broken = false

  constructor(sink: MemberSink) {
    this.#sink = sink
  }

  push(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length && !this.broken) {
      if (this.#left > 0) {
        const part = bytes.subarray(at, at + Math.min(this.#left, bytes.length - at))
        this.#write?.(part)
        if (this.#text) this.#text.push(part.slice())
        this.#left -= part.length
        at += part.length
        if (this.#left === 0) this.#endMember()
      } else if (this.#padding > 0) {
        const skip = Math.min(this.#padding, bytes.length - at)
        this.#padding -= skip
        at += skip
      } else {
        const part = bytes.subarray(at, at + BLOCK - this.#filled)
        this.#header.set(part, this.#filled)
        this.#filled += part.length
        at += part.length
        if (this.#filled === BLOCK) {
          this.#filled = 0
          this.#begin()
        }
      }
    }
  }

  #begin(): void {
    const header = this.#header
    if (header.every(byte => byte === 0)) return
    if (!isTarHeader(header)) {
      this.broken = true
      return
    }
    const size = octal(header, 124, 12)
    const type = String.fromCharCode(header[156]!)
    this.#left = size
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK
    if ((type === 'L' || type === 'K' || type === 'x') && size <= LONGEST_NAME) {
      this.#text = []
      this.#textKind = type
    } else if (type === '0' || type === '\0') {
      const name = this.#nameIn(header)
      this.#inMember = true
      this.#write = this.#sink.begin({
        name,
        size,
        modified: new Date(octal(header, 136, 12) * 1000),
        executable: (octal(header, 100, 8) & 0o111) !== 0,
      })
    } else if (type === '2' || type === '5') {
      const target = this.#longTarget ?? text(header, 157, 100)
      this.#sink.mark?.(this.#nameIn(header), type === '2' ? target : undefined)
      this.#longTarget = undefined
    } else if (type !== 'g') {
      this.#longName = undefined
      this.#longTarget = undefined
    }
    if (size === 0) this.#endMember()
  }

  #decode(parts: readonly Uint8Array[]): string {
    const decoder = new TextDecoder()
    return parts.map(part => decoder.decode(part, { stream: true })).join('') + decoder.decode()
  }

  #nameIn(header: Uint8Array): string {
    const prefix = text(header, 345, 155)
    const short = text(header, 0, 100)
    const ustar = text(header, 257, 5) === 'ustar'
    const name = this.#longName ?? (ustar && prefix ? `${prefix}/${short}` : short)
    this.#longName = undefined
    return name
  }

  #endMember(): void {
    if (this.#text) {
      const all = this.#decode(this.#text)
      if (this.#textKind === 'L') this.#longName = all.replace(/\0.*$/s, '')
      else if (this.#textKind === 'K') this.#longTarget = all.replace(/\0.*$/s, '')
      else {
        this.#longName = /^\d+ path=(.*)$/m.exec(all)?.[1]
        this.#longTarget = /^\d+ linkpath=(.*)$/m.exec(all)?.[1]
      }
      this.#text = undefined
    }
    if (this.#inMember) {
      this.#inMember = false
      this.#write = undefined
      this.#sink.end()
    }
  }
}

const text = (bytes: Uint8Array, at: number, length: number): string =>
  new TextDecoder().decode(bytes.subarray(at, at + length)).replace(/\0.*$/s, '')

/** The parts of a member's name, without those that would lead elsewhere. */
export const partsOf = (name: string): string[] =>
  name.split('/').filter(part => !['', '.', '..'].includes(part))

/** What an archive is called without its endings. */
export const archiveName = (name: string): string =>
  name.replace(/^.*\//s, '').replace(/\.(?:tar|t?gz|txz|xz|zst|zip|tar\.\w+)+$/i, '')

function octal(bytes: Uint8Array, at: number, length: number): number {
  // GNU writes sizes beyond 8 GB in binary.
  if (bytes[at]! & 0x80) {
    let value = bytes[at]! & 0x7f
    for (let i = at + 1; i < at + length; i++) value = value * 256 + bytes[i]!
    return value
  }
  return Number.parseInt(text(bytes, at, length).trim() || '0', 8) || 0
}
