/** Reads a journal of our agent. A journal may hold several lives, one after the other: the longest is taken. */
import { type JournalEntry, type JournalHead, readLine } from '#core/agent/journal.ts'
import { since } from '#core/time/instant.ts'
import { type Recorded, traceOf } from '#lab/replay/trace-of-journal.ts'
import { Complaint } from '../cli/complain.ts'
import { readNamed } from './read-named.ts'

interface Life {
  readonly head: JournalHead
  readonly entries: JournalEntry[]
}

export interface Journal extends Recorded {
  /** Lives beside the one that is taken, and lines that are torn. */
  readonly notes: readonly string[]
}

export function readJournal(path: string): Journal {
  const lives: Life[] = []
  let torn = 0
  for (const line of readNamed(path).split('\n')) {
    if (line === '') continue
    const read = readLine(line)
    if (!read) torn++
    else if ('journal' in read) lives.push({ head: read, entries: [] })
    else lives.at(-1)?.entries.push(read)
  }
  if (lives.length === 0)
    throw new Complaint(`${path}: is no journal of clockwright (clockwright run --journal FILE writes one)`)
  const length = ({ entries }: Life) =>
    entries.length === 0 ? 0 : since(entries.at(-1)!.event.now.monotonic, entries[0]!.event.now.monotonic)
  const longest = lives.reduce((best, life) => (length(life) > length(best) ? life : best))
  const recorded = traceOf(longest.head.config, longest.entries)
  if (!recorded) throw new Complaint(`${path}: nothing happened in this journal`)
  return {
    ...recorded,
    notes: [
      ...(lives.length > 1 ? [`${lives.length} starts are recorded; the longest life is used`] : []),
      ...(torn > 0 ? [`${torn} lines are torn, and left out`] : []),
    ],
  }
}
