/** Where the agent keeps its things: where systemd says, else where a user's programs keep theirs. */
import { existsSync, mkdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The history, and what must survive a restart. */
export function stateDirectory(): string {
  const { STATE_DIRECTORY, XDG_STATE_HOME } = process.env
  return (
    STATE_DIRECTORY?.split(':')[0] ||
    join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'clockwright')
  )
}

/** Where the running agent says how it can be reached; looked at in this order by the command line. */
export function runtimeDirectories(): string[] {
  const { RUNTIME_DIRECTORY, XDG_RUNTIME_DIR } = process.env
  const own = XDG_RUNTIME_DIR
    ? join(XDG_RUNTIME_DIR, 'clockwright')
    : join(tmpdir(), `clockwright-${process.getuid?.() ?? 'user'}`)
  return [...(RUNTIME_DIRECTORY ? [RUNTIME_DIRECTORY.split(':')[0]!] : []), own, '/run/clockwright']
}

/**
 * Makes the directory and those above it, for their owner only unless systemd made them. Not Node's own recursive mkdir:
 * that one tries for ever where a directory can never be made (below /proc, say).
 */
export function ensureDirectory(path: string): string {
  if (existsSync(path)) return path
  const above = dirname(path)
  if (above !== path) ensureDirectory(above)
  mkdirSync(path, { mode: 0o700 })
  return path
}
