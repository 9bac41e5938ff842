/**
 * The files that name sources, of this machine or of a copy, with a limit to how many are read: files may include each other
 * over and over. What cannot be read becomes a note and is taken as absent.
 */
import { UNREAD, type Unread } from '#core/guest/files.ts'
import { expandPattern } from '#dialects/find-files.ts'
import { openFiles } from '#worlds/host/files.ts'

/** No machine has so many files about its time; a pattern over its whole disk finds more. */
const MOST_FILES = 256
/** Nor does it need to look into so many directories for them. */
const MOST_LOOKS = 1000

export interface MachineFiles {
  /** The text of a file, or undefined with a note that says why; a file that is not there needs none. */
  readonly read: (path: string) => string | undefined
  readonly exists: (path: string) => boolean
  /** The names in a directory, sorted; none if it is not there. */
  readonly names: (directory: string) => string[]
  /** The paths that match a pattern, sorted. A path without wildcards stands for itself. */
  readonly expand: (pattern: string) => string[]
}

export function filesUnder(root: string, note: (text: string) => void): MachineFiles {
  const files = openFiles(root)
  let filesRead = 0
  let looks = 0

  const sayUnread = (path: string, why: Unread) => note(`${path} was not read: ${UNREAD[why]}`)

  const read = (path: string): string | undefined => {
    const answer = files.read(path)
    if (answer.kind === 'absent') return undefined
    if (answer.kind === 'unread') {
      sayUnread(path, answer.why)
      return undefined
    }
    if (filesRead++ < MOST_FILES) return answer.text
    if (filesRead === MOST_FILES + 1)
      note(`${path} and further files were not read: ${MOST_FILES} are enough`)
    return undefined
  }

  const names = (directory: string): string[] => {
    if (looks++ >= MOST_LOOKS) {
      if (looks === MOST_LOOKS + 1) note(`${directory} and further directories were not looked into`)
      return []
    }
    return files.names(directory)
  }

  const expand = (pattern: string): string[] => {
    const { paths, cut } = expandPattern({ names }, pattern, MOST_FILES)
    if (cut) note(`${pattern} matches more than ${MOST_FILES} names; the rest is left out`)
    return paths
  }

  return { read, exists: files.exists, names, expand }
}
