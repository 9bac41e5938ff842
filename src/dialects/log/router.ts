/**
 * The way of a file's bytes to those who understand them. It cuts them into lines, keeps the reader that understood the
 * last line as long as it understands the next, and otherwise asks all of them in turn. A line that nobody understands is
 * counted, and the first of them are kept with their numbers. Lines may be torn, of any length, and of any bytes; and they may
 * have been copied with something around them, which is taken off where nobody understands them with it.
 */
import { readable, textOf } from './cursor.ts'
import { Dressing } from './dressing.ts'
import type { Destination, LineReader, LogFormat } from './format.ts'

const NEWLINE = 10
/** A line longer than this is nobody's; its bytes are let go. */
const LONGEST_LINE = 1 << 16
const MOST_KEPT = 20
/** Of so many lines of random bytes one may look like somebody's. */
const BY_CHANCE = 500
/** After so many bytes without a line that anybody understands, a file is let be. */
export const PATIENCE = 1 << 20
const LONGEST_KEPT = 160

export interface NotUnderstood {
  readonly line: number
  readonly text: string
}

export interface Routed {
  /** Lines by the name of the format that took them. */
  readonly formats: ReadonlyMap<string, number>
  readonly lines: number
  readonly notUnderstood: { readonly count: number; readonly first: readonly NotUnderstood[] }
}

interface Open {
  readonly format: LogFormat
  readonly reader: LineReader
  /** 1 for each byte with which a line of it can begin. */
  readonly first: Uint8Array
  lines: number
}

export class Router {
  readonly #open: Open[]
  #current: Open | undefined
  #carry: Uint8Array = new Uint8Array(0)
  #overlong = false
  #line = 1
  #count = 0
  /** The last line that nobody understood. */
  #refused = 0
  readonly #dressing = new Dressing()
  #dressed = 0
  readonly #first: NotUnderstood[] = []

  /** `continues`: the name of the format that took the line before the first. */
  constructor(formats: readonly LogFormat[], into: Destination, continues?: string) {
    this.#open = formats.map(format => ({
      format,
      reader: format.open(into),
      first: firstBytes(format),
      lines: 0,
    }))
    this.#current = this.#open.find(({ format }) => format.name === continues)
  }

  /** Bytes of the file, in order. They are read before this returns and may then be written over. */
  push(chunk: Uint8Array): void {
    let from = 0
    if (this.#carry.length > 0 || this.#overlong) {
      const newline = chunk.indexOf(NEWLINE)
      if (newline < 0) {
        this.#keep(chunk)
        return
      }
      from = newline + 1
      if (this.#overlong) this.#endOverlong()
      else {
        const line = joined(this.#carry, chunk.subarray(0, from))
        this.#carry = new Uint8Array(0)
        this.#lines(line, 0, line.length)
      }
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end > from) this.#lines(chunk, from, end)
    if (end < chunk.length || from > end) this.#keep(chunk.subarray(Math.max(from, end)))
  }

  /**
   * The end of the file. A last line without its end counts when it can be understood; not where it was torn by whoever
   * reads no further.
   */
  finish({ torn = false } = {}): Routed {
    if (this.#overlong) this.#endOverlong()
    else if (!torn && this.#carry.length > 0) {
      const line = joined(this.#carry, Uint8Array.of(NEWLINE))
      this.#lines(line, 0, line.length)
    }
    for (const { reader } of this.#open) reader.flush()
    return {
      formats: new Map(
        this.#open
          .filter(({ reader, lines }) => lines > 0 && !reader.foreign)
          .map(({ format, lines }) => [format.name, lines]),
      ),
      lines: this.#line - 1,
      notUnderstood: { count: this.#count, first: this.#first },
    }
  }

  /** Lines so far that a timekeeper wrote. */
  get understood(): number {
    let sum = 0
    for (const { reader, lines } of this.#open) if (!reader.foreign) sum += lines
    return sum
  }

  /** Why nobody takes lines that look like a log. */
  get refusal(): string | undefined {
    return this.#open.find(({ reader }) => reader.refusal !== undefined)?.reader.refusal
  }

  /** The format that took the last line, when all lines so far are such as can be read apart: the rest needs only its name. */
  get settled(): string | undefined {
    let lines = 0
    for (const open of this.#open) if (open.format.apart) lines += open.lines
    return lines === this.#line - 1 && this.#dressed === 0 ? this.#current?.format.name : undefined
  }

  /** Whether anything at all was recognised, be it somebody else's: more than a line or two of noise are by chance. */
  get recognised(): boolean {
    const lines = this.#open.reduce((sum, open) => sum + open.lines, 0)
    return lines > 0 && lines * BY_CHANCE >= this.#count
  }

  #lines(bytes: Uint8Array, at: number, end: number): void {
    while (at < end) {
      const worn = this.#dressing.isWorn(bytes, at)
      if (this.#current && !worn) at = this.#take(this.#current, bytes, at, end)
      if (at >= end) return
      let to = bytes.indexOf(NEWLINE, at) + 1
      if (to <= 0 || to > end) to = end
      if (to - at > LONGEST_LINE || !this.#read(bytes, at, to, worn)) this.#refuse(bytes, at, to)
      at = to
    }
  }

  /** As it stands, or without what is around it: that first where the last line had it, too. */
  #read(bytes: Uint8Array, at: number, to: number, worn: boolean): boolean {
    const asItStands = () => (worn && this.#takenByCurrent(bytes, at, to)) || this.#findReader(bytes, at, to)
    return worn
      ? this.#undressed(bytes, at, to) || asItStands()
      : asItStands() || this.#undressed(bytes, at, to)
  }

  #undressed(bytes: Uint8Array, at: number, to: number): boolean {
    const read = this.#dressing.takeOff(
      bytes,
      at,
      to,
      line => this.#takenByCurrent(line, 0, line.length) || this.#findReader(line, 0, line.length),
    )
    if (read) this.#dressed++
    return read
  }

  #takenByCurrent(bytes: Uint8Array, at: number, to: number): boolean {
    return this.#current !== undefined && this.#take(this.#current, bytes, at, to) > at
  }

  #findReader(bytes: Uint8Array, at: number, to: number): boolean {
    for (const open of this.#open) {
      if (open === this.#current || open.first[bytes[at]!] === 0) continue
      if (this.#take(open, bytes, at, to) === at) continue
      this.#current = open
      return true
    }
    return false
  }

  #take(open: Open, bytes: Uint8Array, at: number, end: number): number {
    const to = open.reader.take(bytes, at, end, this.#line)
    if (open.reader.reclaimed && this.#refused === this.#line - 1) this.#giveBack(open)
    this.#line += open.reader.taken
    open.lines += open.reader.taken
    return to
  }

  #refuse(bytes: Uint8Array, at: number, to: number): void {
    const text = readable(textOf(bytes, at, Math.min(to, at + LONGEST_KEPT))).trim()
    if (text !== '') {
      this.#count++
      this.#refused = this.#line
      if (this.#first.length < MOST_KEPT) this.#first.push({ line: this.#line, text })
    }
    this.#line++
  }

  /** The line before the current one was no stranger. */
  #giveBack(open: Open): void {
    open.lines++
    this.#count--
    if (this.#first.at(-1)?.line === this.#refused) this.#first.pop()
    this.#refused = 0
  }

  #keep(rest: Uint8Array): void {
    if (this.#overlong) return
    if (this.#carry.length + rest.length <= LONGEST_LINE) this.#carry = joined(this.#carry, rest)
    else {
      this.#overlong = true
      const head = joined(this.#carry, rest.subarray(0, LONGEST_KEPT)).subarray(0, LONGEST_KEPT)
      this.#carry = head.slice()
    }
  }

  #endOverlong(): void {
    this.#overlong = false
    this.#refuse(this.#carry, 0, this.#carry.length)
    this.#carry = new Uint8Array(0)
  }
}

/** Asked once for each format: there may be many files. */
const FIRST_BYTES = new Map<LogFormat, Uint8Array>()
function firstBytes(format: LogFormat): Uint8Array {
  const known = FIRST_BYTES.get(format)
  if (known) return known
  const bytes = new Uint8Array(256)
  for (let i = 0; i < format.first.length; i++) bytes[format.first.charCodeAt(i)] = 1
  FIRST_BYTES.set(format, bytes)
  return bytes
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}
