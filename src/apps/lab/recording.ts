/** What was recorded of a guest, and the story that it makes: a journal of our agent, or the logs of ntpd or chronyd. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { duration } from '#core/time/format.ts'
import { knownPlayer } from '#lab/players/known.ts'
import type { PlayerSpec } from '#lab/players/player.ts'
import { SHORTEST, storyOfJournal } from '#lab/replay/of-journal.ts'
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

/** `hostName`: whose, where the logs are of several. */
export async function readRecording(paths: readonly string[], hostName?: string): Promise<Recording> {
  const [path] = paths
  if (path === undefined || paths.length > 1 || !isJournal(path)) return ofLogs(paths, hostName)
  if (hostName !== undefined)
    throw new Complaint(`--host ${printable(hostName)}: ${printable(path)} is a journal, and of one guest`)
  return ofJournal(path)
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
  if (!story)
    throw new Complaint(
      `${printable(path)}: has samples of too short a time to tell what the clock gains: ${duration(SHORTEST)} at least are needed`,
    )
  const asRecorded = { kind: 'clockwright', name: 'as recorded', config: recorded.config } as const
  return { ...story, notes: recorded.notes, ours: [asRecorded] }
}

async function ofLogs(paths: readonly string[], hostName: string | undefined): Promise<Recording> {
  const { hosts, skipped, baseDay } = await readInto(
    paths,
    { limit: MOST_UNPACKED },
    () => new LogRecording(),
  )
  const named = paths.map(printable).join(', ')
  if (hosts.length === 0) {
    const why = skipped.map(({ file, why }) => `${printable(file)}: ${printable(why)}`)
    const [first] = why
    throw new Complaint(
      `${named}: neither a journal of clockwright nor a log that names exchanges with servers (rawstats, measurements.log)${first === undefined ? '' : `; ${first}`}`,
    )
  }
  const host = hosts.find(({ name }) => name === (hostName ?? hosts[0]!.name))
  const names = hosts.map(({ name }) => printable(name)).join(', ')
  if (!host)
    throw new Complaint(
      `${named}: no logs of a host ${printable(hostName ?? '')} that can be replayed, but of ${names}`,
    )
  if (hosts.length > 1 && hostName === undefined)
    throw new Complaint(`${named}: the logs of ${hosts.length} hosts (${names}); say --host, for one of them`)
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
