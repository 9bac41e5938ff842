/**
 * One at a time, across processes. The lock is an exclusive transaction on an empty SQLite file: the kernel lets go of it when
 * the process dies, however it dies, so no stale lock can be left behind.
 */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

type Sqlite = typeof import('node:sqlite')

/** Held until it is closed. Throws what SQLite says; 5 (SQLITE_BUSY) when another process holds it. */
export function holdFile({ DatabaseSync }: Sqlite, path: string): DatabaseSync {
  const lock = new DatabaseSync(path)
  try {
    // A journal of it would want space, and the disk may be full.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    throw error
  }
}

/** Who holds it, as the kernel knows it (proc_locks(5): kind, mode, access, process, device:inode, range); empty when nobody says. */
export function nameHolder(path: string): string {
  try {
    const { ino } = statSync(path)
    const holder = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .find(fields => fields[3] === 'WRITE' && fields[5]?.split(':')[2] === String(ino))
    if (!holder) return ''
    // The kernel's own name for it is that of a thread.
    const [program = ''] = readFileSync(`/proc/${holder[4]}/cmdline`, 'utf8').split('\0')
    return ` (${basename(program)}, process ${holder[4]})`
  } catch {
    return ''
  }
}
