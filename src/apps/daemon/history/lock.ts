/** One writer at a time: a lock beside the store. */
import type { DatabaseSync } from 'node:sqlite'
import { holdFile, nameHolder } from '../../lock.ts'
import { HistoryError, historyError } from './error.ts'

type Sqlite = typeof import('node:sqlite')

export function acquireLock(sqlite: Sqlite, store: string): DatabaseSync {
  const path = `${store}-lock`
  try {
    return holdFile(sqlite, path)
  } catch (error) {
    const trouble = historyError(error, `cannot lock ${path}`)
    if (trouble.why !== 'busy') throw trouble
    throw new HistoryError('locked', `another process writes to ${store}${nameHolder(path)}`, error)
  }
}
