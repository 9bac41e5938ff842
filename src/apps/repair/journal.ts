/**
 * What a repair did, written down before it is done: a folder with the plan as it was agreed to, the files as they were, and
 * a journal of one JSON object a line. Each line is on the disk before the change that it announces is begun, so whoever
 * reads the journal after a crash knows of everything that may have happened. A torn last line announces a change that
 * never began.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { syncFolder } from './folders.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const words = v.pipe(v.array(v.string()), v.readonly())

const begin = v.object({
  what: v.literal('begin'),
  plan: v.string(),
  root: v.string(),
  at: v.string(),
  /** Their titles. */
  steps: words,
})

/** Enough to take back a change of which it is not known how far it came. */
const intent = v.variant('kind', [
  v.object({
    kind: v.literal('file'),
    path: v.string(),
    /** What the plan calls it, where a link led from there. */
    named: v.optional(v.string()),
    /** Where the file was kept, below the repair's folder; undefined when there was none. */
    kept: v.optional(v.string()),
    /** SHA-256 of the file before the change. */
    before: v.optional(v.string()),
    /** The new file before it takes the place of the old. */
    fresh: v.string(),
    /** Folders that had to be made, the outermost first. */
    folders: words,
    /** SHA-256 of the file after the change; undefined when it is to go. */
    after: v.optional(v.string()),
  }),
  v.object({ kind: v.literal('setting'), path: v.string(), before: v.string(), after: v.string() }),
  v.object({
    kind: v.literal('command'),
    run: words,
    undo: v.optional(words),
    undoneLast: v.optional(v.boolean()),
  }),
  v.object({
    kind: v.literal('service'),
    told: v.picklist(['start', 'stop', 'restart']),
    program: v.string(),
    stop: v.optional(words),
    start: words,
  }),
  /** These processors were on line. */
  v.object({ kind: v.literal('cpus'), cpus: v.pipe(v.array(count), v.readonly()) }),
  v.object({ kind: v.literal('clock') }),
])

const outcome = v.picklist(['applied', 'rolled back', 'stuck'])

const entry = v.union([
  begin,
  v.intersect([v.object({ what: v.literal('intent'), step: count }), intent]),
  v.object({ what: v.picklist(['done', 'verified', 'undone']), step: count }),
  v.object({ what: v.literal('failed'), step: count, why: v.string() }),
  v.object({ what: v.literal('end'), outcome }),
])

export type Begin = v.InferOutput<typeof begin>
export type Intent = v.InferOutput<typeof intent>
export type Outcome = v.InferOutput<typeof outcome>
export type Entry = v.InferOutput<typeof entry>

const JOURNAL = 'journal.jsonl'
/** Space that is held for the journal while a plan is carried out: on a disk that fills what is taken back is still written down. */
const RESERVE = 'reserve'
const RESERVED = 1 << 16
/** The folder of the files as they were. */
export const KEPT = 'before'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
const APPEND = O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY

export class Journal {
  readonly folder: string
  readonly #file: number
  readonly #entries: Entry[]

  /** Why it is not known what was done, a sentence each. */
  readonly damage: readonly string[]

  private constructor(folder: string, { entries, damage }: Pick<Read, 'entries' | 'damage'>) {
    this.folder = folder
    this.damage = damage
    this.#entries = [...entries]
    this.#file = openSync(join(folder, JOURNAL), APPEND, 0o600)
  }

  /** Opens a new one below `state`, with the next free number. */
  static create(state: string, begin: Omit<Begin, 'what'>): Journal {
    for (let number = 1 + Math.max(0, ...repairsIn(state)); ; number++) {
      const folder = join(state, String(number))
      try {
        mkdirSync(folder, { mode: 0o700 })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        continue
      }
      try {
        return Journal.#begin(folder, state, begin)
      } catch (error) {
        rmSync(folder, { recursive: true })
        throw new Error(`${folder} cannot be written (${(error as Error).message}): nothing was changed`, {
          cause: error,
        })
      }
    }
  }

  static #begin(folder: string, state: string, begin: Omit<Begin, 'what'>): Journal {
    writeFileSync(join(folder, RESERVE), Buffer.alloc(RESERVED), { mode: 0o600, flush: true })
    const journal = new Journal(folder, { entries: [], damage: [] })
    syncFolder(folder)
    syncFolder(state)
    journal.write({ what: 'begin', ...begin })
    return journal
  }

  static open(state: string, number: number): Journal {
    const folder = join(state, String(number))
    const read = readJournal(folder)
    const journal = new Journal(folder, read)
    if (read.torn) ftruncateSync(journal.#file, read.whole)
    return journal
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** Returns when it is on the disk. */
  write(entry: Entry): void {
    const { size } = fstatSync(this.#file)
    try {
      this.#append(entry)
    } catch (error) {
      ftruncateSync(this.#file, size)
      if (!this.#letGo()) throw error
      this.#append(entry)
    }
    this.#entries.push(entry)
  }

  #append(entry: Entry): void {
    writeFileSync(this.#file, `${JSON.stringify(entry)}\n`)
    fsyncSync(this.#file)
  }

  /** True where space was held. */
  #letGo(): boolean {
    const reserve = join(this.folder, RESERVE)
    const held = existsSync(reserve)
    rmSync(reserve, { force: true })
    return held
  }

  close(): void {
    this.#letGo()
    closeSync(this.#file)
  }

  /** Nothing is left of it: for a repair that was undone as a whole. */
  remove(): void {
    this.close()
    rmSync(this.folder, { recursive: true })
  }
}

/** The numbers of the repairs that were begun and not undone. */
export function repairsIn(state: string): number[] {
  if (!existsSync(state)) return []
  return readdirSync(state)
    .filter(name => /^[1-9]\d*$/.test(name) && lstatSync(join(state, name)).isDirectory())
    .map(Number)
    .sort((a, b) => a - b)
}

interface Read {
  readonly entries: readonly Entry[]
  readonly damage: readonly string[]
  /** The last line has no end. */
  readonly torn: boolean
  /** How many bytes are whole lines. */
  readonly whole: number
}

/** A line without an end was torn, and announces nothing that was begun; every other line must be what was written once. */
export function readJournal(folder: string): Read {
  const bytes = bytesOf(join(folder, JOURNAL))
  const whole = bytes.lastIndexOf('\n') + 1
  const entries: Entry[] = []
  const damage: string[] = []
  for (const [index, line] of bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1).entries()) {
    const read = entryOf(line)
    if (read) entries.push(read)
    else damage.push(`line ${index + 1} of ${join(folder, JOURNAL)} is not what was written there`)
  }
  const gap = gapIn(entries, existsSync(join(folder, KEPT)))
  if (gap !== undefined) damage.push(`${join(folder, JOURNAL)} ${gap}`)
  return { entries, damage, torn: whole < bytes.length, whole }
}

/** A stranger's disk may have a link there. */
const bytesOf = (path: string): Buffer =>
  lstatSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : Buffer.alloc(0)

function entryOf(line: string): Entry | undefined {
  try {
    const { success, output } = v.safeParse(entry, JSON.parse(line))
    return success ? output : undefined
  } catch {
    return undefined
  }
}

/** Steps are announced one after the other, and only what was announced is done. */
function gapIn(entries: readonly Entry[], filesWereKept: boolean): string | undefined {
  if (entries.length === 0) return filesWereKept ? 'is empty, and files were kept' : undefined
  if (entries[0]!.what !== 'begin') return 'does not tell how the repair began'
  const announced = new Set<number>()
  for (const each of entries) {
    if (each.what === 'intent') {
      if (each.step !== announced.size) return `does not tell what step ${announced.size + 1} was`
      announced.add(each.step)
    } else if ('step' in each && each.what !== 'failed' && !announced.has(each.step))
      return `does not tell what step ${each.step + 1} was`
  }
  return undefined
}
