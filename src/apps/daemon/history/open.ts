/**
 * Opening the history. It is kept in SQLite, which Node has from 22.5 on (without a flag from 22.13), loaded only
 * when asked for; an older Node keeps its history in memory, and says so.
 *
 * What is promised: `append` returns when the records are on the disk. What it costs, on a virtual disk of a two-core
 * guest: 0.2 ms for a sample with its estimate (99 %: 1.1 ms, worst of 21 600: 80 ms), 0.7 ms for fifty records. Space,
 * at four sources and poll 6: 4 MB a day in full, for two days; then 1 MB a day, for sixty; then 30 kB a day.
 */
import { HistoryError } from './error.ts'
import type { KeptHistory } from './kept.ts'
import { memoryHistory } from './memory.ts'
import { sqliteHistory, sqliteReadOnly } from './sqlite.ts'
import { DEFAULT_LIMITS, type Limits } from './trim.ts'

/** Throws HistoryError, `locked` when another process writes there. */
export function openHistory(path: string, limits: Partial<Limits> = {}): KeptHistory {
  const sqlite = loadSqlite()
  if (!sqlite)
    return memoryHistory({ why: `Node ${process.versions.node} has no SQLite, 22.13 and later have` })
  return sqliteHistory(sqlite, path, { ...DEFAULT_LIMITS, ...limits })
}

/** To read what an agent writes, while it runs or later. Needs no more than permission to read the file. */
export function openHistoryReadOnly(path: string): KeptHistory {
  const sqlite = loadSqlite()
  if (!sqlite)
    throw new HistoryError('missing', `Node ${process.versions.node} has no SQLite, 22.13 and later have`)
  return sqliteReadOnly(sqlite, path)
}

function loadSqlite(): typeof import('node:sqlite') | undefined {
  return process.getBuiltinModule?.('node:sqlite')
}
