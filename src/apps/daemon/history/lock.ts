/**
 * One writer at a time, across processes. The lock is an exclusive transaction on an empty SQLite file beside the
 * store: the kernel lets go of it when the process dies, however it dies, so no stale lock can be left behind.
 */
import { readFileSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { HistoryError, historyError } from './error.ts'

type Sqlite = typeof import('node:sqlite')

export function acquireLock({ DatabaseSync }: Sqlite, store: string): DatabaseSync {
  const path = `${store}-lock`
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(path)
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    const trouble = historyError(error, `cannot lock ${path}`)
    if (trouble.why !== 'busy') throw trouble
    throw new HistoryError('locked', `another process writes to ${store}${nameHolder(path)}`, error)
  }
}

/** Who holds it, as the kernel knows it (proc_locks(5): kind, mode, access, process, device:inode, range). */
function nameHolder(path: string): string {
  try {
    const { ino } = statSync(path)
    const holder = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .find(fields => fields[3] === 'WRITE' && fields[5]?.split(':')[2] === String(ino))
    if (!holder) return ''
    const name = readFileSync(`/proc/${holder[4]}/comm`, 'utf8').trim()
    return ` (${name}, process ${holder[4]})`
  } catch {
    return ''
  }
}
