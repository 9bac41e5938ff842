/**
 * A file as a plan finds it. What could not be replaced as a whole (no ordinary file, one with several names, one that may not be
 * read, one too large to be a configuration) is told while the plan is made, and not only when it is carried out.
 */
import { statSync } from 'node:fs'
import { MOST_BYTES, UNREAD } from '#core/guest/files.ts'
import type { Content } from '#diagnosis/repair/ground.ts'
import { contentOf } from './file-change.ts'
import { placeBelow } from './place.ts'

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
