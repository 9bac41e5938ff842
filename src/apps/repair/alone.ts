/**
 * One repair, or one undo, at a time: a lock in the folder of all repairs. When the work is done nothing is left of the lock, nor
 * of folders that hold nothing any more.
 */
import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as sqlite from 'node:sqlite'
import { holdFile, nameHolder } from '../lock.ts'
import { MOST_TRIES, makeState, removeState } from './state-folder.ts'

/** Somebody else is at it. */
export class Busy extends Error {
  readonly why = 'busy'
}

const LOCK = 'lock'
const SQLITE_BUSY = 5

export async function workAlone<T>(state: string, work: () => Promise<T>): Promise<T> {
  const path = join(state, LOCK)
  const lock = take(state, path)
  try {
    return await work()
  } finally {
    // Before it is let go: whoever opened it meanwhile sees that it has no name any more.
    rmSync(path, { force: true })
    lock.close()
    removeState(state)
  }
}

function take(state: string, path: string): { close(): void } {
  for (let tries = 1; ; tries++) {
    prepare(state)
    if (existsSync(path) && !lstatSync(path).isFile()) throw new Busy(`${path} is no lock`)
    try {
      const lock = holdFile(sqlite, path)
      if (isOpen(realpathSync(state))) return lock
      lock.close()
      if (tries === MOST_TRIES) throw new Busy(`${path} is taken away again and again`)
    } catch (error) {
      if (error instanceof Busy) throw error
      const { errcode, code, message } = error as { errcode?: number; code?: string; message: string }
      if (errcode === SQLITE_BUSY)
        throw new Busy(`another repair, or undo, is under way in ${state}${nameHolder(path)}`)
      if (tries === MOST_TRIES || (code !== 'ENOENT' && existsSync(state)))
        throw new Error(`${path} cannot be locked (${message}): nothing was changed`, { cause: error })
    }
  }
}

function prepare(state: string): void {
  try {
    makeState(state)
  } catch (error) {
    throw new Error(`${state} cannot be made (${(error as Error).message}): nothing was changed`, {
      cause: error,
    })
  }
}

/** Whoever had it before may have removed it between our opening and locking it. */
const isOpen = (state: string): boolean =>
  readdirSync('/proc/self/fd').some(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === join(state, LOCK)
    } catch {
      return false
    }
  })
