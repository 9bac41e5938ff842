/**
 * A journal: every event that an agent was told, with the random numbers that it drew meanwhile. Told again to an agent
 * with the same configuration, it gives the same actions, bit for bit: that is how a night in production becomes a test,
 * and how other settings can be tried on it afterwards.
 *
 * One JSON object a line. Integers beyond a double are written as {"$n": "…"}, bytes as {"$b": "hex"}.
 */
import type { AgentConfig } from './config.ts'
import type { AgentEvent } from './event.ts'

export const JOURNAL_FORMAT = 1

export interface JournalHead {
  readonly journal: typeof JOURNAL_FORMAT
  readonly version: string
  readonly config: AgentConfig
}

export interface JournalEntry {
  readonly event: AgentEvent
  readonly random: readonly number[]
}

export const writeHead = (version: string, config: AgentConfig): string =>
  JSON.stringify({ journal: JOURNAL_FORMAT, version, config } satisfies JournalHead)

export const writeEntry = (entry: JournalEntry): string => JSON.stringify(entry, pack)

/** Undefined when the line is torn or no journal line. */
export function readLine(line: string): JournalHead | JournalEntry | undefined {
  try {
    const value = JSON.parse(line, unpack)
    if (typeof value !== 'object' || value === null) return undefined
    if (value.journal === JOURNAL_FORMAT && value.config) return value
    return typeof value.event?.kind === 'string' && Array.isArray(value.random) ? value : undefined
  } catch {
    return undefined
  }
}

function pack(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $n: value.toString() }
  if (value instanceof Uint8Array)
    return { $b: [...value].map(byte => byte.toString(16).padStart(2, '0')).join('') }
  return value
}

function unpack(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$n' in value) return BigInt(value.$n as string)
  if ('$b' in value)
    return Uint8Array.from((value.$b as string).match(/../g) ?? [], byte => Number.parseInt(byte, 16))
  return value
}
