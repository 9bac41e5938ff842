/**
 * What a file said while the machine was examined. Findings name lines of it, so a plan may only be made of a file that still
 * says the same: an editor, or another repair, may be at work.
 */
import { createHash } from 'node:crypto'
import type { Files } from '#core/guest/files.ts'
import { filesNoted } from '#core/guest/files-over.ts'
import type { Content } from '#diagnosis/repair/ground.ts'

/** Digests by path; undefined for one that said two things. */
export type Seen = Map<string, string | undefined>

/** What the kernel answers there is another each time; no plan edits it as a file. */
const OF_THE_KERNEL = /^\/?(?:proc|sys|dev)\//

export const filesSeen = (files: Files, seen: Seen): Files =>
  filesNoted(files, {
    read(path, { bytes }) {
      if (OF_THE_KERNEL.test(path)) return
      const digest = digestOf(bytes)
      const before = seen.get(path)
      seen.set(path, seen.has(path) && before !== digest ? undefined : digest)
    },
    link() {},
    there() {},
    owner() {},
  })

/** The content, unless it is another than was seen. What was not seen was not there. */
export function sameAsSeen(
  seen: ReadonlyMap<string, string | undefined>,
  path: string,
  content: Content,
): Content {
  if (content.kind === 'closed' || (content.kind === 'absent' && !seen.has(path))) return content
  const now = content.kind === 'read' ? digestOf(Buffer.from(content.bytes, 'latin1')) : undefined
  return now !== undefined && now === seen.get(path)
    ? content
    : { kind: 'closed', why: 'somebody changed it while it was looked at' }
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
