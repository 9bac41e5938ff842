/**
 * A file as a plan finds it. What could not be replaced as a whole (no ordinary file, one with several names, one that may not be
 * read, one too large to be a configuration) is told while the plan is made, and not only when it is carried out.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Files, MOST_BYTES, UNREAD } from '#core/guest/files.ts'
import type { Content } from '#diagnosis/repair/ground.ts'
import { contentOf } from './file-change.ts'
import { placeBelow } from './place.ts'

/** Of what lies in no folder as a disk does (an archive, a report) nothing can be replaced, and it is read as it is. */
export const contentsOf = (root: string, files: Files): ((path: string) => Content) =>
  existsSync(join(root, 'etc')) ? path => contentToPlan(root, path) : path => contentIn(files, path)

function contentIn(files: Files, path: string): Content {
  const read = files.read(path)
  if (read.kind === 'unread') return { kind: 'closed', why: UNREAD[read.why] }
  return read.kind === 'absent' ? read : { kind: 'read', bytes: Buffer.from(read.bytes).toString('latin1') }
}

export function contentToPlan(root: string, path: string): Content {
  try {
    const place = placeBelow(root, path)
    const found = statSync(place, { throwIfNoEntry: false })
    const why = found && obstacle(found)
    if (why !== undefined) return { kind: 'closed', why }
    const bytes = contentOf(place)
    return bytes === undefined ? { kind: 'absent' } : { kind: 'read', bytes }
  } catch (error) {
    return { kind: 'closed', why: error instanceof Error ? error.message : String(error) }
  }
}

function obstacle(found: NonNullable<ReturnType<typeof statSync>>): string | undefined {
  if (found.isDirectory()) return UNREAD.directory
  if (!found.isFile()) return UNREAD['no-ordinary-file']
  if (found.size > MOST_BYTES) return UNREAD['too-large']
  return found.nlink > 1
    ? `it has ${found.nlink} names (hard links), and replacing it would part them`
    : undefined
}
