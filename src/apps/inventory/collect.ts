/**
 * Makes a copy of a machine: exactly the files that the inventory and the linter read, without secrets, in a tar archive. What is only looked
 * for and found (a program, a device) is in it as an empty file or a folder. The order is that of the names, and every member
 * has the same date, so the same machine gives the same archive but for its readings.
 */

import type { Owner, Unreadable } from '#core/guest/files.ts'
import { byBytes, type Files } from '#core/guest/files.ts'
import { filesNoted } from '#core/guest/files-over.ts'
import { readStart } from '#diagnosis/inventory/boot/at-boot.ts'
import { encodeOwners, OWNERS_FILE } from '#diagnosis/inventory/copy/owners-file.ts'
import { isEmptied, isSecret, shareable } from '#diagnosis/inventory/copy/share.ts'
import { encodeUnread, UNREAD_FILE } from '#diagnosis/inventory/copy/unread-file.ts'
import { readPackages } from '#diagnosis/inventory/daemons/packages.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import { findJobs } from '#diagnosis/inventory/jobs/jobs.ts'
import { lintMachine } from '#diagnosis/machine/configuration.ts'
import { directoryMember, fileMember, linkMember, TAR_END } from './write-tar.ts'

export interface Collected {
  readonly members: readonly CollectedMember[]
  /** What was there and could not be read. */
  readonly unread: readonly Unreadable[]
  /** What holds nothing but secrets, and is not in the copy. */
  readonly left: readonly string[]
}

export interface CollectedMember {
  readonly path: string
  /** Anybody may run it. */
  readonly executable?: true
  readonly what: { readonly bytes: Uint8Array } | { readonly link: string } | 'there' | 'directory'
}

export function collect(files: Files): Collected {
  const reads = new Map<string, { readonly text: string; readonly bytes: Uint8Array }>()
  const links = new Map<string, string>()
  const there = new Set<string>()
  const owners = new Map<string, Owner | undefined>()
  const noted = filesNoted(files, {
    read: (path, read) => reads.set(path, read),
    link: (path, target) => links.set(path, target),
    there: path => there.add(path),
    owner: (path, owner) => owners.set(path, owner),
  })
  const inventory = takeInventory(noted)
  // Whoever judges the copy asks for more than its facts: whether there is what a file names, and the guests of a host.
  lintMachine(inventory, noted)
  const { unread } = inventory
  const { scripts } = findJobs(noted, readStart(noted), readPackages(noted))
  const setting = new Set(scripts.flatMap(({ path, sets }) => (sets ? [path] : [])))
  const idle = new Set(scripts.flatMap(({ path, sets }) => (sets ? [] : [path])))
  const members = new Map<string, CollectedMember>()
  const left: string[] = []
  for (const path of there) {
    // Nothing of it is read.
    const read = files.read(path, 0)
    const directory = read.kind === 'unread' && read.why === 'directory'
    members.set(path, { path, what: directory ? 'directory' : 'there' })
  }
  for (const [path, read] of reads) {
    if (isSecret(path)) {
      left.push(path)
      members.set(path, { path, what: 'there' })
    } else {
      const bytes = bytesToShare(path, read, setting)
      if (idle.has(path) || isEmptied(path, Buffer.from(bytes).toString())) members.delete(path)
      else members.set(path, { path, what: { bytes } })
    }
  }
  for (const [path, link] of links) {
    // What a link inside /etc leads to has been read by its own name or by this one; the text serves either way.
    if (!reads.has(path)) members.set(path, { path, what: { link } })
  }
  if (owners.size > 0) members.set(OWNERS_FILE, { path: OWNERS_FILE, what: { bytes: encodeOwners(owners) } })
  const notHere = [...unread, ...left.map(path => ({ path, why: 'left-out' as const }))]
  if (notHere.length > 0)
    members.set(UNREAD_FILE, { path: UNREAD_FILE, what: { bytes: encodeUnread(notHere) } })
  return {
    members: [...members.values()]
      .filter(wanted(reads))
      .map(member => (files.executable(member.path) ? { ...member, executable: true as const } : member))
      .sort((a, b) => byBytes(a.path, b.path)),
    unread,
    left,
  }
}

/** The head of a table names its maker. */
const ACPI_HEADER = 36

/** As it is, unless something is taken out. */
function bytesToShare(
  path: string,
  { text, bytes }: { text: string; bytes: Uint8Array },
  scripts: ReadonlySet<string>,
): Uint8Array {
  if (path.startsWith('/sys/firmware/acpi/tables/')) return bytes.subarray(0, ACPI_HEADER)
  const shared = shareable(path, text, scripts)
  return shared === text ? bytes : Buffer.from(shared)
}

/** Of a process that is no timekeeper nobody needs the name. */
function wanted(reads: ReadonlyMap<string, unknown>): (member: CollectedMember) => boolean {
  return ({ path }) => {
    const [, pid] = /^\/proc\/(\d+)\//.exec(path) ?? []
    return pid === undefined || pid === '1' || pid === '2' || reads.has(`/proc/${pid}/cmdline`)
  }
}

/** The archive, unpacked; all below one folder, so that it does not spill over the place where it is unpacked. */
export function archiveOf({ members }: Collected, folder: string): Buffer {
  return Buffer.concat([
    ...members.flatMap(({ path, what, executable }) => {
      const name = `${folder}${path}`
      if (what === 'directory') return directoryMember(name)
      if (what === 'there') return fileMember(name, Buffer.alloc(0), executable)
      return 'link' in what ? linkMember(name, what.link) : fileMember(name, what.bytes, executable)
    }),
    TAR_END,
  ])
}
