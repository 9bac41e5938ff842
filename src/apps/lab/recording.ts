/** What was recorded of a guest, and the story that it makes: a journal of our agent, or the logs of ntpd or chronyd. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { knownPlayer } from '#lab/players/known.ts'
import type { PlayerSpec } from '#lab/players/player.ts'
import { storyOfJournal } from '#lab/replay/of-journal.ts'
import { LogRecording } from '#lab/replay/of-log.ts'
import type { Reconstructed } from '#lab/replay/story.ts'
import { printable } from '#report/table.ts'
import { readInto } from '../analyze/read.ts'
import { Complaint } from '../cli/complain.ts'
import { readJournal } from './journal-file.ts'

export interface Recording extends Reconstructed {
  readonly notes: readonly string[]
  /** Our agent: as it was recorded, or at its defaults. */
  readonly ours: readonly PlayerSpec[]
}

const MOST_UNPACKED = 2 ** 30
const JOURNAL_BEGINS = '{"journal"'

export async function readRecording(paths: readonly string[]): Promise<Recording> {
  const [path] = paths
  return path !== undefined && paths.length === 1 && isJournal(path) ? ofJournal(path) : ofLogs(paths)
}

function isJournal(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false
    const head = Buffer.alloc(JOURNAL_BEGINS.length)
    const file = openSync(path, 'r')
    try {
      readSync(file, head)
    } finally {
      closeSync(file)
    }
    return head.toString('latin1') === JOURNAL_BEGINS
  } catch {
    // Whoever reads it says why it cannot be read.
    return false
  }
}

function ofJournal(path: string): Recording {
  const recorded = readJournal(path)
  const story = storyOfJournal(recorded)
  if (!story) throw tooFew(path)
  const asRecorded = { kind: 'clockwright', name: 'as recorded', config: recorded.config } as const
  return { ...story, notes: recorded.notes, ours: [asRecorded] }
}

async function ofLogs(paths: readonly string[]): Promise<Recording> {
  const { hosts, skipped, baseDay } = await readInto(
    paths,
    { limit: MOST_UNPACKED },
    () => new LogRecording(),
  )
  const [host] = hosts
  const named = paths.map(printable).join(', ')
  if (!host) {
    const why = skipped.map(({ file, why }) => `${printable(file)}: ${printable(why)}`)
    const [first] = why
    throw new Complaint(
      `${named}: neither a journal of clockwright nor a log that names exchanges with servers (rawstats, measurements.log)${first === undefined ? '' : `; ${first}`}`,
    )
  }
  if (hosts.length > 1) {
    const names = hosts.map(({ name }) => printable(name)).join(', ')
    throw new Complaint(`${named}: the logs of ${hosts.length} hosts (${names}); name those of one`)
  }
  const story = host.log.story(host.sources.names, baseDay)
  if (!story) throw tooFew(named)
  const ours = knownPlayer(
    'clockwright',
    story.scenario.server.map(({ address }) => address),
  )!
  return { ...story, notes: skipped.map(({ file, why }) => `${file}: ${why}`), ours: [ours] }
}

const tooFew = (named: string): Complaint =>
  new Complaint(`${named}: has too few samples to tell what happened`)
