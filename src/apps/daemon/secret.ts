/** A secret that shows who may tell the agent of host events: a file that only the agent's user (and root) can read. */
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDirectory, runtimeDirectories } from './places.ts'

const FILE = 'secret'

/** A new one for each life of the agent. */
export const makeSecret = (): string => randomBytes(24).toString('base64url')

/** Returns what takes it back; undefined where it cannot be written, and so nobody can know it. */
export function layDownSecret(secret: string): (() => void) | undefined {
  try {
    const path = join(ensureDirectory(runtimeDirectories()[0]!), FILE)
    rmSync(`${path}.new`, { force: true })
    writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(`${path}.new`, path)
    return () => rmSync(path, { force: true })
  } catch {
    return undefined
  }
}

/** That of the running agent; undefined when there is none that we may read. */
export function readSecret(): string | undefined {
  for (const directory of runtimeDirectories()) {
    try {
      return readFileSync(join(directory, FILE), 'utf8').trim()
    } catch {}
  }
  return undefined
}
