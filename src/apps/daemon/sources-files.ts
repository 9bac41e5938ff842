/**
 * Looks at a machine's files, or at a copy of them under another root. A symbolic link is followed as the machine
 * itself would follow it, so a copy that somebody sent never leads to files of the machine that reads it.
 * Nothing throws: what cannot be read becomes a note and is taken as absent.
 */
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { isPattern, matchesPattern } from '#dialects/path-pattern.ts'

const MOST_BYTES = 1 << 20
/** No machine has so many files about its time; a pattern over its whole disk finds more. */
const MOST_FILES = 256
/** Nor does it need to look into so many directories for them. */
const MOST_LOOKS = 1000
const MOST_LINKS = 40 // as the Linux kernel

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
  let filesRead = 0
  let looks = 0

  const read = (path: string): string | undefined => {
    try {
      const real = resolve(root, path)
      // systemd's way to switch a drop-in off.
      if (real === '/dev/null') return ''
      const status = lstatSync(join(root, real))
      if (status.isDirectory()) note(`${path} is a directory where a file is expected`)
      else if (!status.isFile()) note(`${path} is no ordinary file and was not read`)
      else if (filesRead++ >= MOST_FILES) {
        if (filesRead === MOST_FILES + 1)
          note(`${path} and further files were not read: ${MOST_FILES} are enough`)
      } else {
        const text = readAtMost(join(root, real), MOST_BYTES)
        if (text !== undefined) return text
        note(`${path} was not read: it is larger than 1 MiB`)
      }
    } catch (error) {
      if (!isAbsence(error)) note(`${path} cannot be read: ${codeOf(error)}`)
    }
    return undefined
  }

  const names = (directory: string): string[] => {
    if (looks++ >= MOST_LOOKS) {
      if (looks === MOST_LOOKS + 1) note(`${directory} and further directories were not looked into`)
      return []
    }
    try {
      return readdirSync(join(root, resolve(root, directory))).sort(byBytes)
    } catch (error) {
      if (!isAbsence(error)) note(`${directory} cannot be read: ${codeOf(error)}`)
      return []
    }
  }

  const expand = (pattern: string): string[] => {
    let paths = ['']
    for (const segment of pattern.split('/').filter(each => each !== '')) {
      const expanded = isPattern(segment)
        ? paths.flatMap(path =>
            names(path || '/')
              .filter(name => matchesPattern(name, segment))
              .map(name => `${path}/${name}`),
          )
        : paths.map(path => `${path}/${segment}`)
      if (expanded.length > MOST_FILES)
        note(`${pattern} matches more than ${MOST_FILES} names; the rest is left out`)
      paths = expanded.slice(0, MOST_FILES)
    }
    return paths
  }

  const exists = (path: string): boolean => {
    try {
      resolve(root, path)
      return true
    } catch {
      return false
    }
  }

  return { read, exists, names, expand }
}

/** Where a path leads on that machine, without symbolic links. Throws as the file system does. */
function resolve(root: string, path: string): string {
  const ahead = path.split('/').reverse()
  let behind: string[] = []
  for (let links = 0; ahead.length > 0; ) {
    const step = ahead.pop()!
    if (step === '' || step === '.') continue
    if (step === '..') {
      behind.pop()
      continue
    }
    const here = `/${[...behind, step].join('/')}`
    // A copy of a machine has no devices, and this one is only ever pointed to.
    if (here === '/dev/null' && ahead.length === 0) return here
    if (lstatSync(join(root, here)).isSymbolicLink()) {
      if (++links > MOST_LINKS) throw Object.assign(new Error('too many links'), { code: 'ELOOP' })
      const target = readlinkSync(join(root, here))
      if (target.startsWith('/')) behind = []
      ahead.push(...target.split('/').reverse())
    } else behind.push(step)
  }
  return `/${behind.join('/')}`
}

/** Undefined when there is more: files in /proc and /sys do not tell their size before they are read. */
function readAtMost(path: string, most: number): string | undefined {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(most + 1)
    let length = 0
    for (;;) {
      const more = readSync(file, bytes, length, bytes.length - length, null)
      length += more
      if (length > most) return undefined
      if (more === 0) return bytes.toString('utf8', 0, length)
    }
  } finally {
    closeSync(file)
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)
const isAbsence = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error))

/** As strcmp() and the C locale order names, whatever the language of the machine. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
