/**
 * Takes back what a repair did, by its journal: also of one that was killed, and also again when an undo was killed. Files
 * and settings go back the last first; programs are run after that, in their order, because a daemon that is started anew
 * shall find its old configuration.
 */
import { existsSync } from 'node:fs'
import { workAlone } from './alone.ts'
import type { Ground } from './apply.ts'
import { undoFile } from './file-change.ts'
import { type Entry, type Intent, Journal, repairsIn } from './journal.ts'
import { bringBack, readSetting, run, writeSetting } from './live-change.ts'
import { untellService } from './service.ts'
import { clearLeft } from './state-folder.ts'

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
 * repair, or undo, is under way.
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
    const journal = Journal.open(state, number)
    const stuck = await undoAll(journal, how)
    if (stuck.length === 0) journal.remove()
    else journal.close()
    return { number, stuck }
  })
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
