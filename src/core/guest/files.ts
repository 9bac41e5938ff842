/**
 * The files of a machine: of the one that we run on, or of a copy of one. Paths are those of that machine (a slash in front
 * may stand or not); a copy never leads to files of the machine that reads it. Nothing throws: what is not there and what
 * may not be read are values, because both are ordinary.
 */

export type FileRead =
  | { readonly kind: 'read'; readonly bytes: Uint8Array; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unread'; readonly why: Unread }

/** Why something that is there was not read. */
export const UNREAD = {
  'not-permitted': 'we may not read it',
  directory: 'it is a directory where a file is expected',
  'no-ordinary-file': 'it is no ordinary file',
  'too-large': 'it is larger than is read here',
  'too-many-links': 'its symbolic links lead in a circle',
  'too-many-names': 'it holds more names than are looked at',
  binary: 'it holds zero bytes, so it is no text',
  'leads-nowhere': 'it is a link to what is not there',
  'odd-name': 'its name is not UTF-8',
  'not-there': 'a job runs it, and it is not there',
  'left-out': 'it holds secrets and was left out of this copy',
  failed: 'the system could not read it',
} as const

export type Unread = keyof typeof UNREAD

export interface Unreadable {
  readonly path: string
  readonly why: Unread
}

/** Whose a file or directory is, and who may do what with it: numbers, and the twelve bits of its mode. */
export interface Owner {
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

/** What a place that holds files can do. Paths begin with a slash. */
export interface FileStore {
  read(path: string, most: number): FileRead
  /** The names in a directory in any order, `absent` also where it is none. */
  names(path: string): readonly string[] | 'absent' | Unread
  link(path: string): string | undefined
  exists(path: string): boolean
  /** Left out by copies that do not say it: there everything belongs to whoever made them. */
  owner?(path: string): Owner | undefined
  /** Left out where nothing tells. */
  executable?(path: string): boolean | undefined
  readonly own: boolean
}

export interface Files {
  /** The whole file as it stands there; `text` is its bytes as UTF-8. More than `most` bytes are `too-large`. */
  read(path: string, most?: number): FileRead
  /** The text without the white space and zero bytes at its ends; undefined when there is none to read. */
  text(path: string): string | undefined
  bytes(path: string): Uint8Array | undefined
  /** The names in a directory, sorted by their bytes; empty when there is none. */
  names(path: string): string[]
  /** Where a symbolic link points, as it is written there. */
  link(path: string): string | undefined
  exists(path: string): boolean
  /** Of the machine's own files, and of copies that say so; undefined also for what is not there. */
  owner(path: string): Owner | undefined
  /** May anybody run it? Undefined for what is no file, and in copies that do not say it; others may have lost it on the way. */
  executable(path: string): boolean | undefined
  /** Whether these are the files of the machine that we run on. */
  readonly own: boolean
  /** What was there and could not be read, so far, each once. */
  readonly unread: readonly Unreadable[]
}

/** How much of one file is read when nobody says otherwise: no configuration is longer. */
export const MOST_BYTES = 1 << 20
/** How many names are looked at in one directory. */
export const MOST_NAMES = 65_536
/** How many links in a row are followed: as the Linux kernel. */
export const MOST_LINKS = 40
const EMPTY: FileRead = { kind: 'read', bytes: new Uint8Array(), text: '' }
/** How many of the unreadable are named. */
const MOST_UNREAD = 256

export function filesIn(store: FileStore): Files {
  const unread = new Map<string, Unread>()
  const complain = (path: string, why: Unread) => {
    if (unread.size < MOST_UNREAD) unread.set(path, why)
  }
  const read = (path: string, most = MOST_BYTES): FileRead => {
    const answer = store.read(rooted(path), most)
    // systemd's way to switch a file off. A copy of a machine has no devices, and this one is only ever pointed to.
    if (answer.kind !== 'read' && store.link(rooted(path)) === '/dev/null') return EMPTY
    // Bytes that are no character: a name that holds some can be told, and not be asked for again.
    if (answer.kind === 'absent' && path.includes('\ufffd')) {
      complain(rooted(path), 'odd-name')
      return { kind: 'unread', why: 'odd-name' }
    }
    if (answer.kind === 'unread') complain(rooted(path), answer.why)
    return answer
  }
  const bytes = (path: string): Uint8Array | undefined => {
    const answer = read(path)
    return answer.kind === 'read' ? answer.bytes : undefined
  }
  return {
    own: store.own,
    read,
    bytes,
    text(path) {
      const answer = read(path)
      return answer.kind === 'read' ? answer.text.replace(/[\s\0]+$/, '').replace(/^\s+/, '') : undefined
    },
    names(path) {
      const answer = store.names(rooted(path))
      if (answer === 'absent') return []
      if (typeof answer !== 'string') return [...answer].sort(byBytes)
      complain(rooted(path), answer)
      return []
    },
    link: path => store.link(rooted(path)),
    exists: path => store.exists(rooted(path)),
    owner: path => store.owner?.(rooted(path)),
    executable: path => store.executable?.(rooted(path)),
    get unread() {
      return [...unread].map(([path, why]) => ({ path, why }))
    },
  }
}

export const rooted = (path: string): string => (path.startsWith('/') ? path : `/${path}`)

/** As strcmp() and the C locale order names: UTF-8 keeps the order of code points, which UTF-16 does not. */
export function byBytes(a: string, b: string): number {
  const [one, other] = [[...a], [...b]]
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    const difference = one[i]!.codePointAt(0)! - other[i]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return one.length - other.length
}
