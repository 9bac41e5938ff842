/**
 * What is put around the lines of a log when somebody copies them: blanks in front, the `> ` of an answered letter, the
 * colours of a terminal, the mark with which Windows begins a file. What was in front of the last line is taken off the
 * next one first: a report may have blanks of its own in front of its rows, and those mean something.
 */
import { textOf } from './cursor.ts'

const ESCAPE = 27
const BLANK = 32
const TAB = 9
const QUOTE = 62
const FIRST_OF_MARK = 0xef
const MARK = /^\xef\xbb\xbf/
const COLOURS = /\x1b\[[\d;:]*[mK]/g
/** Quotes; with tabs; with all blanks. */
const FRONT = /^(((?:> ?)*)\t*)[ \t]*/

export const withoutColours = (text: string): string =>
  text.includes('\x1b') ? text.replace(COLOURS, '') : text

export class Dressing {
  #front = ''

  /** Whether this line begins as the last one did that was dressed. */
  isWorn(bytes: Uint8Array, at: number): boolean {
    const front = this.#front
    if (front === '') return false
    for (let i = 0; i < front.length; i++) if (bytes[at + i] !== front.charCodeAt(i)) return false
    return true
  }

  /** The line without what is around it, the likeliest way first, until somebody understands it. */
  takeOff(bytes: Uint8Array, at: number, to: number, understood: (line: Uint8Array) => boolean): boolean {
    if (!isDressed(bytes, at, to)) return false
    const whole = textOf(bytes, at, to)
    const text = withoutColours(whole.replace(MARK, ''))
    if (text.trim() === '') return false
    const [front, indent, quotes] = FRONT.exec(text)!
    const worn = text.startsWith(this.#front) ? this.#front : ''
    for (const each of new Set([worn, '', quotes!, indent!, front!])) {
      const line = text.slice(each.length)
      if (line === whole || !understood(bytesOf(line))) continue
      this.#front = each
      return true
    }
    return false
  }
}

function isDressed(bytes: Uint8Array, at: number, to: number): boolean {
  const first = bytes[at]!
  if (first === BLANK || first === TAB || first === QUOTE || first === FIRST_OF_MARK) return true
  return bytes.subarray(at, to).includes(ESCAPE)
}

export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
