/**
 * A system log that a server gathered has the lines of several machines, each under its name. Each of them has a clock of its own, so
 * what they wrote is told apart, as if each had a file: its own lines, at the places that they have in the whole.
 *
 * One machine may have two names as well: before it knows its own, at each boot, and when it is given another. So they are several only
 * where one speaks again after another, and nothing was started since, or where the second begins hours before the end of the first.
 */
import type { Seconds } from '#core/time/units.ts'
import { textOf } from './cursor.ts'
import type { Said } from './said.ts'
import { readStamp, type Stamped } from './stamp.ts'
import { saidByKeeper } from './system-log.ts'

/** So much of a log shows who writes into it. */
export const BEGINNING = 1 << 18

const NEWLINE = 10
/** A line longer than this goes on with the next bytes. */
const LONGEST = 1 << 16
const MOST_HOSTS = 200
const EARLIER: Seconds = 3600
/** What a machine is called that does not know its name. */
const NAMELESS = /^(?:localhost|\(none\))$/
const ADDRESS = /^[\d.]+$|:/

/** With and without its domain it is one. */
function nameOf(host: string | undefined): string | undefined {
  if (host === undefined || ADDRESS.test(host)) return host
  const name = host.split('.')[0]!.toLowerCase()
  return name === '' || NAMELESS.test(name) ? undefined : name
}

interface Spoken {
  readonly host: string
  readonly at: Seconds
  /** By a program that keeps a clock. */
  readonly keeper: boolean
  readonly said: Said | undefined
}

function spokenIn(line: string, nearDay: number): Spoken | undefined {
  const stamped: Stamped | undefined = readStamp(line, nearDay)
  const host = nameOf(stamped?.host)
  if (!stamped || host === undefined) return undefined
  const keeper = saidByKeeper(stamped)
  return { host, at: stamped.at, keeper: keeper !== undefined, said: keeper?.said }
}

/** Judged by its beginning, in whole lines. */
export function isOfSeveralHosts(beginning: Uint8Array, nearDay: number): boolean {
  const last = new Map<string, Seconds>()
  let before: string | undefined
  for (const line of textOf(beginning, 0, beginning.length).split('\n')) {
    const spoken = spokenIn(line, nearDay)
    if (!spoken?.keeper) continue
    const { host, at, said } = spoken
    const end = before === undefined || host === before ? undefined : last.get(before)
    if (said?.what === 'started' || said?.what === 'version') last.clear()
    if (end !== undefined && (last.has(host) || at < end - EARLIER)) return true
    last.set(host, at)
    before = host
  }
  return false
}

/** Gives each host's lines away, with an empty one for each line of others before them. */
export class HostLines {
  readonly #write: (host: string, bytes: Uint8Array) => void
  readonly #nearDay: number
  /** At which line each goes on. */
  readonly #hosts = new Map<string, number>()
  #carry: Uint8Array = new Uint8Array(0)
  #host: string | undefined
  #line = 0

  constructor(nearDay: number, write: (host: string, bytes: Uint8Array) => void) {
    this.#nearDay = nearDay
    this.#write = write
  }

  get hosts(): readonly string[] {
    return [...this.#hosts.keys()]
  }

  push(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#carry.length + chunk.length)
    bytes.set(this.#carry)
    bytes.set(chunk, this.#carry.length)
    let at = 0
    for (let to = bytes.indexOf(NEWLINE) + 1; to > 0; to = bytes.indexOf(NEWLINE, at) + 1) {
      this.#take(bytes.subarray(at, to))
      at = to
    }
    this.#carry = bytes.slice(at)
    if (this.#carry.length > LONGEST) this.finish()
  }

  /** A last line need not have an end. */
  finish(): void {
    if (this.#carry.length > 0) this.#take(this.#carry)
    this.#carry = new Uint8Array(0)
  }

  #take(line: Uint8Array): void {
    const spoken = spokenIn(textOf(line, 0, line.length).trimEnd(), this.#nearDay)
    // What has no name, or that of a machine whose clock nobody keeps here, belongs to the line before it, or to nobody.
    if (spoken && (this.#hosts.has(spoken.host) || (spoken.keeper && this.#hosts.size < MOST_HOSTS)))
      this.#host = spoken.host
    else if (spoken) this.#host = undefined
    if (this.#host !== undefined) {
      const empty = this.#line - (this.#hosts.get(this.#host) ?? 0)
      if (empty > 0) this.#write(this.#host, new Uint8Array(empty).fill(NEWLINE))
      this.#write(this.#host, line)
      this.#hosts.set(this.#host, this.#line + (line.at(-1) === NEWLINE ? 1 : 0))
    }
    if (line.at(-1) === NEWLINE) this.#line++
  }
}

/** Told of such a log. */
export const readApart = (hosts: readonly string[]): string =>
  `the lines of ${hosts.length} machines, which were read each by itself: ${hosts.slice(0, MOST_NAMED).join(', ')}${hosts.length > MOST_NAMED ? ', …' : ''}`
const MOST_NAMED = 8
