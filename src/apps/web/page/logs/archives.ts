/**
 * Archives among what was given: their members stand in their place, in a folder that is called like the archive, as
 * apps/analyze/find.ts has it. They are kept as files of the browser's own, beside its memory where it likes.
 */
import { archiveName, isTarHeader, TarReader } from '../../../analyze/tar.ts'
import { bytesOf } from './bytes.ts'
import type { GivenFile } from './dropped.ts'

const BLOCK = 512
const MOST_MEMBERS = 100_000
const MOST_NESTED = 3
/** Of all members of an archive. */
const MOST_BYTES = 1e9

interface Skipped {
  readonly file: string
  readonly why: string
}

export async function unpackArchives(
  given: readonly GivenFile[],
  skipped: Skipped[],
  nested = 0,
): Promise<GivenFile[]> {
  const all: GivenFile[] = []
  for (const each of given) {
    if (!(await isArchive(each.file))) all.push(each)
    else if (nested >= MOST_NESTED) skipped.push({ file: each.path, why: 'archives in archives in archives' })
    else all.push(...(await unpackArchives(await membersOf(each, skipped), skipped, nested + 1)))
  }
  return all
}

/** What cannot be read is none: whoever reads it next says why. */
async function isArchive(file: File): Promise<boolean> {
  const head = new Uint8Array(BLOCK)
  let filled = 0
  try {
    for await (const piece of bytesOf(file)) {
      const part = piece.subarray(0, BLOCK - filled)
      head.set(part, filled)
      filled += part.length
      if (filled === BLOCK) return isTarHeader(head)
    }
  } catch {
    return false
  }
  return false
}

async function membersOf({ path, file }: GivenFile, skipped: Skipped[]): Promise<GivenFile[]> {
  const folder = [...path.split('/').slice(0, -1), archiveName(path)].join('/')
  const members: GivenFile[] = []
  let parts: Uint8Array<ArrayBuffer>[] = []
  let open: { readonly name: string; readonly modified: Date } | undefined
  let kept = 0
  const reader = new TarReader({
    begin(member) {
      if (member.size === 0 || members.length >= MOST_MEMBERS) return undefined
      open = member
      parts = []
      return bytes => {
        kept += bytes.length
        if (kept > MOST_BYTES)
          throw new Error(`it unpacks to more than ${MOST_BYTES} bytes: use clockwright analyze`)
        parts.push(bytes.slice())
      }
    },
    end() {
      if (!open) return
      const { name, modified } = open
      const inside = name.split('/').filter(part => part !== '' && part !== '.')
      members.push({
        path: [folder, ...inside].join('/'),
        file: new File(parts, inside.at(-1) ?? '', { lastModified: modified.getTime() }),
      })
      open = undefined
    },
  })
  try {
    for await (const piece of bytesOf(file)) reader.push(piece)
    if (reader.broken) skipped.push({ file: path, why: 'the archive is damaged after some members' })
  } catch (error) {
    skipped.push({ file: path, why: error instanceof Error ? error.message : String(error) })
  }
  return members
}
