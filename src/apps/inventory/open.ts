/**
 * The machine that is meant: this one, with what lies in no file beside its files; or a copy below a folder, or packed in an
 * archive. An archive is read into memory, so nothing of it is ever written anywhere.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { FileRead, Files } from '#core/guest/files.ts'
import { filesOver } from '#core/guest/files-over.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { withOwners } from '#diagnosis/inventory/copy/owners-file.ts'
import { READINGS } from '#diagnosis/inventory/copy/readings.ts'
import { filesOfSupportconfig, OF_SUPPORTCONFIG } from '#diagnosis/inventory/copy/supportconfig.ts'
import { withUnread } from '#diagnosis/inventory/copy/unread-file.ts'
import { openFiles } from '#worlds/host/files.ts'
import { KERNEL_RING, readKernelRing } from '#worlds/host/kernel-ring.ts'
import { chunksOf, TooLarge, Unreadable } from '../analyze/chunks.ts'
import { isTarHeader, TarReader } from '../analyze/tar.ts'
import { Complaint } from '../cli/complain.ts'
import { takeReadings } from './readings.ts'

/** Of a file in an archive. */
const MOST_BYTES = 32 << 20
/** Of all files of an archive, and of what is in it besides. */
const MOST_IN_ALL = 256 << 20
const MOST_UNPACKED = 4e9
const MOST_MEMBERS = 200_000

/** Throws `Complaint`. */
export async function openMachine(root = '/'): Promise<Files> {
  if (root === '/') return openThisMachine()
  const found = statSync(root, { throwIfNoEntry: false })
  if (!found) throw new Complaint(`there is no ${root}`)
  if (found.isFile()) return isMachine(asCollected(await openArchive(root)), root)
  const above = openFiles(root)
  // A link could lead out: what it means inside the copy, the system does not know.
  const isOwn = (path: string): boolean => above.link(path.split('/')[0]!) === undefined && above.exists(path)
  return isMachine(asCollected(openFiles(join(root, folderOfMachine(above.names('/'), isOwn)))), root)
}

/** With what `clockwright collect` wrote down beside the files. */
const asCollected = (files: Files): Files => withOwners(withUnread(files))

/** Other systems have some of the same files, and keep time in other ways. */
const STRANGERS: readonly (readonly [path: string, name: string])[] = [
  ['bin/freebsd-version', 'FreeBSD'],
  ['boot/kernel/kernel', 'FreeBSD'],
  ['boot/loader.conf', 'FreeBSD'],
  ['etc/freebsd-update.conf', 'FreeBSD'],
  ['bsd', 'OpenBSD'],
  ['etc/myname', 'OpenBSD'],
  ['netbsd', 'NetBSD'],
  ['etc/release', 'Solaris'],
  ['System/Library/CoreServices', 'macOS'],
  ['Windows/System32', 'Windows'],
  ['WINDOWS/system32', 'Windows'],
]

function isMachine(found: Files, root: string): Files {
  const files = OF_SUPPORTCONFIG.some(found.exists) && !hasSign(found) ? filesOfSupportconfig(found) : found
  const stranger = STRANGERS.find(([path]) => files.exists(path))?.[1]
  if (stranger)
    throw new Complaint(
      `${root} is a copy of a machine with ${stranger}; what is known here is of Linux (its configuration alone: clockwright lint FILE)`,
    )
  if (!hasSign(files))
    throw new Complaint(
      files === found
        ? `${root} is no copy of a machine: of ${SIGNS.slice(0, -2).join(', ')} nothing is in it`
        : `${root} is what supportconfig wrote, and nothing is in it that bears on time`,
    )
  return files
}

export function openThisMachine(): Files {
  const readings = JSON.stringify(takeReadings(), undefined, 2)
  const over = new Map<string, FileRead>([
    [KERNEL_RING, readKernelRing()],
    [READINGS, { kind: 'read', text: readings, bytes: Buffer.from(readings) }],
  ])
  return filesOver(openFiles(), over)
}

/** What every machine has, and every report about one. */
const SIGNS = ['etc', 'proc', 'sys', 'boot', 'usr', 'var', 'sos_commands', 'clockwright']

const hasSign = (files: Files): boolean => SIGNS.some(sign => files.names(sign).length > 0)

/** Archives hold one folder with everything in it. */
function folderOfMachine(names: readonly string[], exists: (path: string) => boolean): string {
  if (names.some(name => [...SIGNS, ...OF_SUPPORTCONFIG].includes(name))) return '/'
  const inner = names.filter(name => [...SIGNS, ...OF_SUPPORTCONFIG].some(sign => exists(`${name}/${sign}`)))
  return inner.length === 1 ? inner[0]! : '/'
}

async function openArchive(path: string): Promise<Files> {
  const members = new Map<string, Member>()
  let held = 0
  let pieces: Uint8Array[] | undefined
  let name = ''
  let executable = false
  const reader = new TarReader({
    begin(member) {
      if (members.size >= MOST_MEMBERS) return undefined
      if (member.size > MOST_BYTES || held + member.size > MOST_IN_ALL) {
        members.set(member.name, { why: 'too-large' })
        return undefined
      }
      held += member.size
      name = member.name
      executable = member.executable
      const taken: Uint8Array[] = []
      pieces = taken
      return bytes => void taken.push(bytes.slice())
    },
    end() {
      if (!pieces) return
      const bytes = Buffer.concat(pieces)
      members.set(name, { bytes: new Uint8Array(bytes), text: bytes.toString('utf8'), executable })
      pieces = undefined
    },
    mark(marked, target) {
      if (members.size < MOST_MEMBERS)
        members.set(marked, target === undefined ? { directory: true } : { link: target })
    },
  })
  let first = true
  try {
    for await (const chunk of chunksOf(path, MOST_UNPACKED)) {
      if (first && !isTarHeader(chunk.subarray(0, 512)))
        throw new Complaint(`${path} is neither a folder nor an archive (tar, packed or not)`)
      first = false
      reader.push(chunk)
    }
  } catch (error) {
    if (error instanceof TooLarge || error instanceof Unreadable)
      throw new Complaint(`${path} cannot be read to its end: ${error.message}`)
    throw error
  }
  if (first) throw new Complaint(`${path} is empty`)
  return memoryFiles(belowFolder(members))
}

function belowFolder(members: ReadonlyMap<string, Member>): Record<string, Member> {
  const paths = [...members.keys()].map(path => path.replace(/^(?:\.?\/)+/, ''))
  const tops = [...new Set(paths.map(path => path.split('/')[0]!))].filter(top => top !== '' && top !== '.')
  const all = new Set(paths.flatMap(path => path.split('/', 2).join('/')))
  const folder = folderOfMachine(tops, path => all.has(path))
  const prefix = folder === '/' ? '' : `${folder}/`
  return Object.fromEntries(
    [...members].flatMap(([path, member]) => {
      const plain = path.replace(/^(?:\.?\/)+/, '')
      return plain.startsWith(prefix) ? [[plain.slice(prefix.length), member]] : []
    }),
  )
}
