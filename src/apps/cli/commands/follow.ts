/**
 * `clockwright analyze --follow`: the same answer again whenever the logs have changed: lines that were added, files that
 * were rotated away, files that appeared. All is read anew each time, so that what is shown never depends on when one began
 * to look; the longer that takes, the longer it waits before it looks again. On a terminal it redraws one screen, elsewhere it
 * prints the screen again; with --json an object a line. Ctrl-C ends it with what was found last.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '../sleep.ts'

const LEAST_WAIT = 1
/** Of the time: reading again and again shall not keep a processor busy. */
const SHARE = 0.1
const DEEPEST = 24
const HOME_AND_CLEAR = '\x1b[H\x1b[J'

/** Calls `show` now and after each change until the signal is given. */
export async function follow(
  paths: readonly string[],
  signal: AbortSignal,
  show: () => Promise<void>,
): Promise<void> {
  let seen: string | undefined
  let wait = LEAST_WAIT
  while (!signal.aborted) {
    const now = paths.map(path => traceOf(path, 0)).join('\n')
    if (now !== seen) {
      const began = process.hrtime.bigint()
      await show()
      wait = Math.max(LEAST_WAIT, Number(process.hrtime.bigint() - began) / 1e9 / SHARE)
      seen = now
    }
    await sleep(wait, signal)
  }
}

/** In place of what was there on a terminal; below it elsewhere. */
export function redraw(text: string): void {
  process.stdout.write(process.stdout.isTTY ? `${HOME_AND_CLEAR}${text}` : `${text}\n`)
}

/** Changes whenever a file below does: its place, its inode, its size, or when it was written. */
function traceOf(path: string, depth: number): string {
  try {
    const stat = statSync(path)
    if (!stat.isDirectory()) return `${path} ${stat.ino} ${stat.size} ${stat.mtimeMs}`
    if (depth > DEEPEST) return path
    return readdirSync(path)
      .sort()
      .map(name => traceOf(join(path, name), depth + 1))
      .join('\n')
  } catch {
    // It was rotated away in this moment, or may not be read: that is how it is now.
    return `${path} -`
  }
}
