/**
 * Takes back what a repair did, by its journal: also of one that was killed, and also again when an undo was killed. Files
 * and settings go back the last first; programs are run after that, in their order, because a daemon that is started anew
 * shall find its old configuration.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { workAlone } from './alone.ts'
import type { Ground } from './apply.ts'
import { undoFile } from './file-change.ts'
import { type Entry, type Intent, Journal, readJournal, repairsIn } from './journal.ts'
import { bringBack, readSetting, run, writeSetting } from './live-change.ts'
import { untellService } from './service.ts'
import { clearLeft } from './state-folder.ts'

/** A later repair stands upon this one. */
export class Covered extends Error {
  readonly why = 'covered'
}

interface Announced {
  readonly step: number
  readonly intent: Intent
}

export interface Undoing {
  /** The machine's `/`, where it lies now. */
  readonly root: string
  /** Whether it is the running machine. A journal that lies in a copy is as strange as the copy. */
  readonly live: boolean
  /** Also what somebody else changed since. */
  readonly force: boolean
  readonly tell: Ground['tell']
}

export interface Undone {
  readonly number: number
  /** What could not be taken back, a sentence each; empty when everything is as it was. */
  readonly stuck: readonly string[]
}

/**
 * The one with this number, or the last; undefined when there is none. Only a whole one is forgotten. Throws `Busy` while another
 * repair, or undo, is under way, and `Covered`, before anything is done, where a later one changed the same.
 */
export async function undoRepair(
  state: string,
  wanted: number | undefined,
  how: Undoing,
): Promise<Undone | undefined> {
  clearLeft(state)
  if (!existsSync(state)) return undefined
  return workAlone(state, async () => {
    const number = wanted ?? repairsIn(state).at(-1)
    if (number === undefined || !repairsIn(state).includes(number)) return undefined
    if (!how.force) refuseCovered(state, number)
    const journal = Journal.open(state, number)
    const stuck = await undoAll(journal, how)
    if (stuck.length === 0) journal.remove()
    else journal.close()
    return { number, stuck }
  })
}

/** Half of it would be taken back, and the rest be another's. */
function refuseCovered(state: string, number: number): void {
  const mine = standing(state, number)
  for (const later of repairsIn(state).filter(each => each > number)) {
    const both = [...standing(state, later)].find(place => mine.has(place))
    if (both === undefined) continue
    throw new Covered(
      `repair ${later} changed ${both} after repair ${number}: undo that one first; nothing was done. --force takes back this one all the same`,
    )
  }
}

/** What of a repair is not taken back: its files, settings, and services that it started or stopped. */
function standing(state: string, number: number): ReadonlySet<string> {
  const { entries } = readJournal(join(state, String(number)))
  const undone = new Set(entries.flatMap(entry => (entry.what === 'undone' ? [entry.step] : [])))
  return new Set(
    entries.flatMap(announcement).flatMap(({ step, intent }) => {
      if (undone.has(step)) return []
      if (intent.kind === 'file' || intent.kind === 'setting') return [intent.path]
      return intent.kind === 'service' && intent.told !== 'restart' ? [intent.program] : []
    }),
  )
}

/** What could not be taken back, and what nobody knows to take back, a sentence each; empty when everything is as it was. */
export async function undoAll(journal: Journal, { root, live, force, tell }: Undoing): Promise<string[]> {
  const undone = new Set(journal.entries.flatMap(entry => (entry.what === 'undone' ? [entry.step] : [])))
  const announced = journal.entries.flatMap(announcement).filter(({ step }) => !undone.has(step))
  const commands = announced
    .filter(({ intent }) => isRun(intent))
    .sort((a, b) => Number(isUndoneLast(a)) - Number(isUndoneLast(b)))
  const others = announced.filter(({ intent }) => !isRun(intent)).reverse()
  const stuck = [...journal.damage]
  for (const { step, intent } of [...others, ...commands]) {
    const why = await undoOne(intent, journal.folder, { root, live, force }).catch(messageOf)
    if (why !== undefined) {
      stuck.push(why)
      continue
    }
    journal.write({ what: 'undone', step })
    tell({ step, what: 'undone' })
  }
  return stuck
}

const announcement = (entry: Entry): Announced[] =>
  entry.what === 'intent' ? [{ step: entry.step, intent: entry }] : []

const isRun = ({ kind }: Intent): boolean => kind === 'command' || kind === 'service'

const isUndoneLast = ({ intent }: Announced): boolean =>
  intent.kind === 'command' && intent.undoneLast === true

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function undoOne(
  intent: Intent,
  folder: string,
  { root, live, force }: Omit<Undoing, 'tell'>,
): Promise<string | undefined> {
  // It may say what the files of the copy were, and commands nothing here.
  if (!live && intent.kind !== 'file')
    return `its journal asks for more than files (${intent.kind}); that is done on no copy`
  switch (intent.kind) {
    case 'file':
      return void undoFile(root, intent, folder, force)
    case 'setting':
      return undoSetting(intent, force)
    case 'cpus':
      return void bringBack(intent.cpus)
    case 'clock':
      return undefined
    case 'service':
      return untellService(intent)
    case 'command': {
      if (!intent.undo) return undefined
      const { ok, said } = await run(intent.undo)
      return ok ? undefined : `${intent.undo.join(' ')}: ${said || 'failed'}`
    }
  }
}

function undoSetting(
  { path, before, after }: Extract<Intent, { kind: 'setting' }>,
  force: boolean,
): string | undefined {
  const now = readSetting(path)
  if (now === before) return undefined
  if (now !== after && !force)
    return `${path} reads ${now}: somebody changed it since; --force puts back ${before}`
  writeSetting(path, before)
  return undefined
}
