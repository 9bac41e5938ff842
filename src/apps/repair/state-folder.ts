/**
 * The folder of all repairs comes and goes in one moment, with those that were made to hold it: they are made under another name
 * and get theirs by a rename, and go in the same way. Which ones were made stands in a file in it. So a kill leaves no
 * folder of which nobody knows whether it was there before: either all is there, or what has the other name, which the next
 * one at work removes.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { missingFolders, removeEmpty } from './folders.ts'

/** Names the folders that were made, the outermost first, a line each: `.`, `..` and so on, for the disk may be mounted elsewhere later. */
const MADE = 'made'
const OTHER_NAME = '.clockwright-repairs-'
/** Others come and go, but not so often. What fails for another reason fails each time. */
export const MOST_TRIES = 100

export function makeState(state: string): void {
  clearLeft(state)
  for (let tries = 1; ; tries++) {
    const missing = missingFolders(state)
    const [outermost] = missing
    if (outermost === undefined) return
    const fresh = otherName(outermost)
    const inside = join(fresh, relative(outermost, state))
    try {
      // By itself: told to make all of them, Node tells of a read-only file system that a folder is missing.
      mkdirSync(fresh, { mode: 0o700 })
      mkdirSync(inside, { recursive: true, mode: 0o700 })
      writeFileSync(join(inside, MADE), missing.map(each => `${relative(state, each) || '.'}\n`).join(''))
      renameSync(fresh, outermost)
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true })
      // Somebody else was quicker, or cleared it away.
      const { code = '' } = error as NodeJS.ErrnoException
      if (tries === MOST_TRIES || !['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(code)) throw error
    }
  }
}

/** When nothing is left in it but who made it. What is in the folders around it besides stays, with them. */
export function removeState(state: string): void {
  const made = madeFolders(state)
  if (made.length === 0 || !holdsOnly(state, [MADE])) return
  const outermost = made.find((_, index) =>
    made
      .slice(index)
      .every(each => each === state || holdsOnly(each, [relative(each, state).split('/')[0]!])),
  )
  // `state` is the last of them.
  const gone = outermost ?? state
  const other = otherName(gone)
  try {
    renameSync(gone, other)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  rmSync(other, { recursive: true, force: true })
  for (const folder of made.filter(each => gone.startsWith(`${each}/`)).reverse()) removeEmpty(folder)
}

/** What one that was killed left behind. */
export function clearLeft(state: string): void {
  for (let at = dirname(state); ; at = dirname(at)) {
    for (const name of namesIn(at).filter(each => each.startsWith(OTHER_NAME)))
      rmSync(join(at, name), { recursive: true, force: true })
    if (at === dirname(at)) return
  }
}

const otherName = (folder: string): string => join(dirname(folder), `${OTHER_NAME}${process.pid}`)

/** Whatever is written there, only those on the way to it: the disk may be a stranger's. */
function madeFolders(state: string): string[] {
  const path = join(state, MADE)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(each => /^\.(?:\.(?:\/\.\.)*)?$/.test(each))
    .map(each => (each === '.' ? state : join(state, each)))
}

const holdsOnly = (folder: string, names: readonly string[]): boolean =>
  namesIn(folder).every(each => names.includes(each))

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
