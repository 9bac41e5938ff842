/**
 * Files of this machine, or of a copy of one below `root` (`core/guest/files.ts` has what can be asked of them).
 *
 * A copy may come from a stranger. So each step of a path is opened by itself, relative to the one before and without following
 * a link; a link is read, and its target walked in the same way from where it stands, or from `root` if it is absolute.
 * Nothing outside can be reached, not even while somebody exchanges a directory for a link. A file is opened for reading only
 * when what was found is an ordinary one, and it is that very file (/proc/self/fd), so no device, pipe or socket is ever
 * touched.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  opendirSync,
  openSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs'
import { gunzipSync } from 'node:zlib'
import {
  type FileRead,
  type Files,
  filesIn,
  MOST_LINKS,
  MOST_NAMES,
  type Owner,
  type Unread,
} from '#core/guest/files.ts'

/** From the kernel's fcntl.h; Node does not name it. The same on every architecture that Node runs on but alpha and sparc. */
const O_PATH = 0o10000000
const { O_DIRECTORY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

export function openFiles(root = '/'): Files {
  return root === '/' ? ownFiles() : filesBelow(root)
}

/** The machine's own files are found as the system finds them. */
function ownFiles(): Files {
  return filesIn({
    own: true,
    read: (path, most) => attempt(() => unpacked(path, most, readFound(statSync(path), path, most))),
    names: list,
    link: readLink,
    exists: existsSync,
    owner: ownerOf,
    executable: path => isExecutable(statSync(path, { throwIfNoEntry: false })),
  })
}

function filesBelow(root: string): Files {
  return filesIn({
    own: false,
    read: (path, most) =>
      attempt(() =>
        unpacked(
          path,
          most,
          walk(root, path, (found, at) => readFound(found, at, most)),
        ),
      ),
    names(path) {
      try {
        return walk(root, path, (found, at) => (found.isDirectory() ? list(at) : 'absent'))
      } catch (error) {
        return reasonOf(error) ?? 'absent'
      }
    },
    link(path) {
      const cut = path.replace(/\/+$/, '').lastIndexOf('/')
      try {
        return walk(root, path.slice(0, cut + 1), (_, at) => readLink(`${at}/${path.slice(cut + 1)}`))
      } catch {
        return undefined
      }
    },
    executable(path) {
      try {
        return walk(root, path, isExecutable)
      } catch {
        return undefined
      }
    },
    exists(path) {
      try {
        return walk(root, path, () => true)
      } catch {
        return false
      }
    },
  })
}

type Found = ReturnType<typeof fstatSync>

const isExecutable = (found: Found | undefined): boolean | undefined =>
  found?.isFile() ? (Number(found.mode) & 0o111) !== 0 : undefined

/** Follows a path and hands on what it leads to, with a name by which exactly that can be opened. Throws as the system does. */
function walk<T>(root: string, path: string, use: (found: Found, at: string) => T): T {
  /** The directories on the way, each open; links are never among them. */
  const behind = [openSync(root, O_PATH | O_DIRECTORY)]
  const ahead = path.split('/').reverse()
  const back = (to: number) => {
    for (const open of behind.splice(to)) closeSync(open)
  }
  try {
    for (let links = 0; ahead.length > 0; ) {
      const step = ahead.pop()!
      if (step === '' || step === '.') continue
      if (step === '..') {
        if (behind.length > 1) back(behind.length - 1)
        continue
      }
      const at = `/proc/self/fd/${behind.at(-1)}/${step}`
      const next = openSync(at, O_PATH | O_NOFOLLOW)
      const found = fstatSync(next)
      if (found.isSymbolicLink()) {
        closeSync(next)
        if (++links > MOST_LINKS) throw Object.assign(new Error('too many links'), { code: 'ELOOP' })
        const target = readlinkSync(at)
        if (target.startsWith('/')) back(1)
        ahead.push(...target.split('/').reverse())
      } else behind.push(next)
    }
    const last = behind.at(-1)!
    return use(fstatSync(last), `/proc/self/fd/${last}`)
  } finally {
    back(0)
  }
}

/** `*.gz` is read as what is packed in it, where that is no more than may be read. */
function unpacked(path: string, most: number, read: FileRead): FileRead {
  if (read.kind !== 'read' || !path.endsWith('.gz') || read.bytes[0] !== 0x1f || read.bytes[1] !== 0x8b)
    return read
  try {
    const bytes = gunzipSync(read.bytes, { maxOutputLength: most })
    return { kind: 'read', bytes: new Uint8Array(bytes), text: bytes.toString('utf8') }
  } catch (error) {
    const large = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    return { kind: 'unread', why: large ? 'too-large' : 'failed' }
  }
}

/** Files in /proc and /sys do not tell their size before they are read. */
function readFound(found: Found, path: string, most: number): FileRead {
  if (!found.isFile()) return { kind: 'unread', why: found.isDirectory() ? 'directory' : 'no-ordinary-file' }
  const file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
  try {
    const { size } = fstatSync(file)
    if (size > most) return { kind: 'unread', why: 'too-large' }
    let bytes = Buffer.alloc(Math.min(most, Math.max(size, 4095)) + 1)
    let length = 0
    for (;;) {
      const more = readSync(file, bytes, length, bytes.length - length, null)
      length += more
      if (length > most) return { kind: 'unread', why: 'too-large' }
      if (more === 0) break
      if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(most + 1, 2 * bytes.length))
    }
    const read = bytes.subarray(0, length)
    return { kind: 'read', bytes: new Uint8Array(read), text: read.toString('utf8') }
  } finally {
    closeSync(file)
  }
}

function attempt(read: () => FileRead): FileRead {
  try {
    return read()
  } catch (error) {
    const why = reasonOf(error)
    return why === undefined ? { kind: 'absent' } : { kind: 'unread', why }
  }
}

function ownerOf(path: string): Owner | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && { uid: found.uid, gid: found.gid, mode: found.mode & 0o7777 }
}

function list(path: string): string[] | 'absent' | Unread {
  try {
    const directory = opendirSync(path)
    try {
      const names: string[] = []
      for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
        if (names.push(entry.name) > MOST_NAMES) return 'too-many-names'
      }
      return names
    } finally {
      directory.closeSync()
    }
  } catch (error) {
    return reasonOf(error) ?? 'absent'
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Undefined: it is not there, or there can be no such name. Devices of a driver that has gone are not there either. */
function reasonOf(error: unknown): Unread | undefined {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (/^(?:ENOENT|ENOTDIR|ENAMETOOLONG|ESRCH|ENODEV|ENXIO|EOPNOTSUPP|ERR_INVALID_ARG_VALUE)$/.test(code))
    return undefined
  if (code === 'EACCES' || code === 'EPERM') return 'not-permitted'
  return code === 'ELOOP' ? 'too-many-links' : 'failed'
}
