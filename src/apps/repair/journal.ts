/**
 * What a repair did, written down before it is done: a folder with the plan as it was agreed to, the files as they were, and
 * a journal of one JSON object a line. Each line is on the disk before the change that it announces is begun, so whoever
 * reads the journal after a crash knows of everything that may have happened. A torn last line announces a change that
 * never began.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { ServiceChange } from '#diagnosis/repair/step.ts'
import { missingFolders, removeEmpty, syncFolder } from './folders.ts'

export interface Begin {
  readonly what: 'begin'
  readonly plan: string
  readonly root: string
  readonly at: string
  /** Their titles. */
  readonly steps: readonly string[]
  /** Folders that were made to hold all repairs. */
  readonly folders: readonly string[]
}

export type Entry =
  | Begin
  | ({ readonly what: 'intent'; readonly step: number } & Intent)
  | { readonly what: 'done' | 'verified' | 'undone'; readonly step: number }
  | { readonly what: 'failed'; readonly step: number; readonly why: string }
  | { readonly what: 'end'; readonly outcome: Outcome }

export type Outcome = 'applied' | 'rolled back' | 'stuck'

/** Enough to take back a change of which it is not known how far it came. */
export type Intent =
  | {
      readonly kind: 'file'
      readonly path: string
      /** Where the file was kept, below the repair's folder; undefined when there was none. */
      readonly kept: string | undefined
      /** The new file before it takes the place of the old. */
      readonly fresh: string
      /** Folders that had to be made, the outermost first. */
      readonly folders: readonly string[]
      /** SHA-256 of the file after the change; undefined when it is to go. */
      readonly after: string | undefined
    }
  | { readonly kind: 'setting'; readonly path: string; readonly before: string; readonly after: string }
  | {
      readonly kind: 'command'
      readonly run: readonly string[]
      readonly undo: readonly string[] | undefined
    }
  | ServiceChange
  /** These processors were on line. */
  | { readonly kind: 'cpus'; readonly cpus: readonly number[] }
  | { readonly kind: 'clock' }

const JOURNAL = 'journal.jsonl'

export class Journal {
  readonly folder: string
  readonly #file: number
  readonly #entries: Entry[]

  private constructor(folder: string, entries: readonly Entry[]) {
    this.folder = folder
    this.#entries = [...entries]
    this.#file = openSync(join(folder, JOURNAL), 'a', 0o600)
  }

  /** Opens a new one below `state`, with the next free number. */
  static create(state: string, begin: Omit<Begin, 'what' | 'folders'>): Journal {
    const folders = missingFolders(state)
    mkdirSync(state, { recursive: true, mode: 0o700 })
    for (let number = 1 + Math.max(0, ...repairsIn(state)); ; number++) {
      const folder = join(state, String(number))
      try {
        mkdirSync(folder, { mode: 0o700 })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        continue
      }
      const journal = new Journal(folder, [])
      syncFolder(folder)
      syncFolder(state)
      journal.write({ what: 'begin', ...begin, folders })
      return journal
    }
  }

  static open(state: string, number: number): Journal {
    const folder = join(state, String(number))
    const { entries, torn } = readJournal(folder)
    const journal = new Journal(folder, entries)
    if (torn) writeSync(journal.#file, '\n')
    return journal
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** Returns when it is on the disk. */
  write(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
    fsyncSync(this.#file)
    this.#entries.push(entry)
  }

  close(): void {
    closeSync(this.#file)
  }

  /** Nothing is left of it, nor of the folders that were made for it: for a repair that was undone as a whole. */
  remove(): void {
    this.close()
    rmSync(this.folder, { recursive: true })
    const begin = this.#entries.find(({ what }) => what === 'begin')
    for (const folder of begin?.what === 'begin' ? begin.folders.toReversed() : []) removeEmpty(folder)
  }
}

/** The numbers of the repairs that were begun and not undone. */
export function repairsIn(state: string): number[] {
  if (!existsSync(state)) return []
  return readdirSync(state)
    .filter(name => /^[1-9]\d*$/.test(name) && statSync(join(state, name)).isDirectory())
    .map(Number)
    .sort((a, b) => a - b)
}

/** A line that is no JSON was torn; only the last can be. */
export function readJournal(folder: string): { entries: Entry[]; torn: boolean } {
  const file = join(folder, JOURNAL)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const entries: Entry[] = []
  for (const line of text.split('\n')) {
    try {
      if (line) entries.push(JSON.parse(line))
    } catch {}
  }
  return { entries, torn: text !== '' && !text.endsWith('\n') }
}
