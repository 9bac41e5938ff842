/**
 * How others find the running agent: a small file that says where its page is. Written whole or not at all, removed on
 * a clean stop; a file left behind by a killed agent is recognised by its dead process.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDirectory, runtimeDirectories } from './places.ts'

export interface Presence {
  readonly pid: number
  readonly version: string
  readonly url: string
  readonly history: string | undefined
}

const FILE = 'agent.json'

/**
 * Returns what takes the announcement back; undefined when there is nowhere to write it, or when another agent lives
 * and has announced itself: the first one is the one that the command line talks to.
 */
export function announce(presence: Presence): (() => void) | undefined {
  try {
    const path = join(ensureDirectory(runtimeDirectories()[0]!), FILE)
    const other = read(path)
    if (other && other.pid !== process.pid && isAlive(other.pid)) return undefined
    writeFileSync(`${path}.new`, `${JSON.stringify(presence, undefined, 2)}\n`, { mode: 0o644, flag: 'w' })
    renameSync(`${path}.new`, path)
    return () => {
      if (read(path)?.pid === process.pid) rmSync(path, { force: true })
    }
  } catch {
    return undefined
  }
}

/** The agent that runs on this machine, if one does and says so. Files of other users are believed only from root. */
export function findAgent(): Presence | undefined {
  for (const directory of runtimeDirectories()) {
    const presence = read(join(directory, FILE))
    if (presence && isAlive(presence.pid)) return presence
  }
  return undefined
}

function read(path: string): Presence | undefined {
  try {
    const { uid } = statSync(path)
    if (path.startsWith('/tmp') && uid !== process.getuid?.()) return undefined
    const value = JSON.parse(readFileSync(path, 'utf8'))
    const local = typeof value.url === 'string' && /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+\/$/.test(value.url)
    return Number.isInteger(value.pid) && value.pid > 0 && local ? value : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process lives too.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
