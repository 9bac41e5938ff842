/** Small files of /proc and /sys, of this machine or of a collected copy of one below `root`. What cannot be read is undefined. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

export interface Files {
  /** The text without the white space and zero bytes at its ends. */
  text(path: string): string | undefined
  bytes(path: string): Uint8Array | undefined
  /** The names in a directory, empty when there is none. */
  names(path: string): string[]
  link(path: string): string | undefined
  /** Whether these are the files of the machine that we run on. */
  readonly own: boolean
}

export function openFiles(root = '/'): Files {
  const attempt = <T>(read: (path: string) => T, path: string): T | undefined => {
    try {
      return read(join(root, path))
    } catch {
      return undefined
    }
  }
  return {
    own: root === '/',
    text: path =>
      attempt(at => readFileSync(at, 'latin1'), path)
        ?.replace(/[\s\0]+$/, '')
        .replace(/^\s+/, ''),
    bytes: path => attempt(at => readFileSync(at), path),
    names: path => attempt(at => readdirSync(at), path) ?? [],
    link: path => attempt(at => readlinkSync(at), path),
  }
}
