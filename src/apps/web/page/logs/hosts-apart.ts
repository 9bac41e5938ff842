/** A log that a server gathered, put apart: a file for each of its machines, as apps/analyze/hosts-apart.ts has it. */
import { BEGINNING, HostLines, isOfSeveralHosts, readApart } from '#dialects/log/several-hosts.ts'
import { nearDayOf } from '../../../analyze/near-day.ts'
import { bytesOf } from './bytes.ts'
import type { GivenFile } from './dropped.ts'

const NEWLINE = 10

/** The log itself, where it is of one machine, or cannot be read: whoever reads it next says why. */
export async function hostsApart(
  given: GivenFile,
  skipped: { file: string; why: string }[],
): Promise<GivenFile[]> {
  const { path, file } = given
  const nearDay = nearDayOf(file.lastModified)
  const parts = new Map<string, Uint8Array<ArrayBuffer>[]>()
  const lines = new HostLines(nearDay, (host, bytes) => {
    const all = parts.get(host) ?? []
    parts.set(host, all)
    all.push(bytes.slice())
  })
  try {
    if (!isOfSeveralHosts(await beginningOf(file), nearDay)) return [given]
    for await (const piece of bytesOf(file)) lines.push(piece)
  } catch {
    return [given]
  }
  lines.finish()
  skipped.push({ file: path, why: readApart(lines.hosts) })
  const folders = path.split('/')
  const name = folders.pop()!
  return [...parts].map(([host, all]) => ({
    path: [...folders, host, name].join('/'),
    file: new File(all, name, { lastModified: file.lastModified }),
  }))
}

/** In whole lines. */
async function beginningOf(file: File): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of bytesOf(file)) {
    pieces.push(piece.slice(0, BEGINNING - length))
    length += pieces.at(-1)!.length
    if (length >= BEGINNING) break
  }
  const all = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer())
  return all.subarray(0, all.lastIndexOf(NEWLINE) + 1)
}
