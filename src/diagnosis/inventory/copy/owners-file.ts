/**
 * Whose folders are, and who may do what with them: in a copy everything belongs to whoever unpacked it, so `clockwright collect`
 * writes down of those that the inventory asked for what it was told (owners.json), also that one was not there.
 */
import type { Files, Owner } from '#core/guest/files.ts'
import { encodeBeside, readBeside } from './beside-files.ts'

export const OWNERS_FILE = '/clockwright/owners.json'

/** User, group and mode of each; null for what was not there. */
export const encodeOwners = (owners: ReadonlyMap<string, Owner | undefined>): Uint8Array =>
  encodeBeside([...owners].map(([path, owner]) => [path, owner ? [owner.uid, owner.gid, owner.mode] : null]))

/** A copy with what it says of owners. Copies come from anybody: what is no such list is passed over. */
export function withOwners(files: Files): Files {
  const owners = readOwners(files.text(OWNERS_FILE))
  if (owners.size === 0) return files
  return {
    ...files,
    owner: path => owners.get(path),
    get unread() {
      return files.unread
    },
  }
}

function readOwners(text: string | undefined): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>()
  for (const [path, value] of readBeside(text)) {
    if (!Array.isArray(value) || value.length !== 3 || !value.every(each => Number.isInteger(each))) continue
    const [uid, gid, mode] = value as [number, number, number]
    owners.set(path, { uid, gid, mode })
  }
  return owners
}
