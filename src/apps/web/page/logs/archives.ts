/**
 * Archives among what was given, and logs of several machines: their members stand in their place, in a folder that is called like the archive, as
 * apps/analyze/find.ts has it. They are kept as files of the browser's own, beside its memory where it likes.
 */
import { archiveName, isTarHeader, partsOf, TarReader } from '../../../analyze/tar.ts'
import { type Bytes, isZip, zipMembers } from '../../../analyze/zip.ts'
import { bytesOf } from './bytes.ts'
import type { GivenFile } from './dropped.ts'
import { hostsApart } from './hosts-apart.ts'

const BLOCK = 512
const MOST_MEMBERS = 100_000
const MOST_NESTED = 3
/** Of all members of an archive. */
const MOST_BYTES = 1e9
const TOO_LARGE = `it unpacks to more than ${MOST_BYTES} bytes: use clockwright analyze`

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
    const unpack = await unpackerOf(each.file)
    if (!unpack) all.push(...(await hostsApart(each, skipped)))
    else if (nested >= MOST_NESTED) skipped.push({ file: each.path, why: 'archives in archives in archives' })
    else all.push(...(await unpackArchives(await unpack(each, skipped), skipped, nested + 1)))
  }
  return all
}

type Unpacker = (archive: GivenFile, skipped: Skipped[]) => Promise<GivenFile[]>

/** Undefined for what is no archive. What cannot be read is none: whoever reads it next says why. */
async function unpackerOf(file: File): Promise<Unpacker | undefined> {
  if (isZip(new Uint8Array(await file.slice(0, BLOCK).arrayBuffer()))) return unzip
  const head = new Uint8Array(BLOCK)
  let filled = 0
  try {
    for await (const piece of bytesOf(file)) {
      const part = piece.subarray(0, BLOCK - filled)
      head.set(part, filled)
      filled += part.length
      if (filled === BLOCK) return isTarHeader(head) ? untar : undefined
    }
  } catch {
    return undefined
  }
  return undefined
}

async function unzip({ path, file }: GivenFile, skipped: Skipped[]): Promise<GivenFile[]> {
  const place = { size: file.size, slice: (from: number, to: number) => file.slice(from, to).stream() }
  const members: GivenFile[] = []
  let kept = 0
  try {
    for (const member of await zipMembers(place)) {
      if (member.size === 0 || members.length >= MOST_MEMBERS) continue
      // It may be more than it says.
      kept += member.size
      if (kept > MOST_BYTES) throw new Error(TOO_LARGE)
      try {
        const bytes = await new Response(limited(await member.open(), member.size)).blob()
        members.push(memberOf(path, member, [bytes]))
      } catch (error) {
        skipped.push({ file: `${path}:${member.name}`, why: whyOf(error) })
      }
    }
  } catch (error) {
    skipped.push({ file: path, why: whyOf(error) })
  }
  return members
}

const limited = (bytes: Bytes, most: number): Bytes => {
  let length = 0
  return bytes.pipeThrough(
    new TransformStream({
      transform(piece, out) {
        length += piece.length
        if (length > most) out.error(new Error('it is larger than the archive says'))
        else out.enqueue(piece)
      },
    }),
  )
}

function memberOf(
  archive: string,
  { name, modified }: { readonly name: string; readonly modified: Date },
  parts: BlobPart[],
): GivenFile {
  const inside = partsOf(name)
  return {
    path: [...archive.split('/').slice(0, -1), archiveName(archive), ...inside].join('/'),
    file: new File(parts, inside.at(-1) ?? '', { lastModified: modified.getTime() }),
  }
}

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function untar({ path, file }: GivenFile, skipped: Skipped[]): Promise<GivenFile[]> {
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
        if (kept > MOST_BYTES) throw new Error(TOO_LARGE)
        parts.push(bytes.slice())
      }
    },
    end() {
      if (!open) return
      members.push(memberOf(path, open, parts))
      open = undefined
    },
  })
  try {
    for await (const piece of bytesOf(file)) reader.push(piece)
    if (reader.broken) skipped.push({ file: path, why: 'the archive is damaged after some members' })
  } catch (error) {
    skipped.push({ file: path, why: whyOf(error) })
  }
  return members
}
