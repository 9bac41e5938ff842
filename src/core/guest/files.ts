/**
 * The files of a machine: of the one that we run on, or of a copy of one. Paths are those of that machine (a slash in front
 * may stand or not); a copy never leads to files of the machine that reads it. Nothing throws: what is not there and what
 * may not be read are values, because both are ordinary.
 */

export type FileRead =
  | { readonly kind: 'read'; readonly bytes: Uint8Array; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unread'; readonly why: Unread }

export const UNREAD = {
  'not-permitted': 'we may not read it',
  'no-ordinary-file': 'it is no ordinary file',
  'too-large': 'it is larger than is read here',
  'too-many-links': 'its symbolic links lead in a circle',
  'too-many-names': 'it holds more names than are looked at',
  'too-many-files': 'enough files have been read already',
  failed: 'the system could not read it',
} as const

/** Why something that is there was not read. */
export type Unread = keyof typeof UNREAD

export interface Unreadable {
  readonly path: string
  readonly why: Unread
}

/** How much of one file is read when nobody says otherwise: no configuration is longer. */
export const MOST_BYTES = 1 << 20

export interface Files {
  /** The whole file as it stands there; `text` is its bytes as UTF-8. Larger than `most` bytes is `too-large`. */
  read(path: string, most?: number): FileRead
  /** The text without the white space and zero bytes at its ends; undefined when there is none to read. */
  text(path: string): string | undefined
  bytes(path: string): Uint8Array | undefined
  /** The names in a directory, sorted by their bytes; empty when there is none. */
  names(path: string): string[]
  /** Where a symbolic link points, as it is written there. */
  link(path: string): string | undefined
  exists(path: string): boolean
  /** Whether these are the files of the machine that we run on. */
  readonly own: boolean
  /** What was there and could not be read, so far, each once. */
  readonly unread: readonly Unreadable[]
}
