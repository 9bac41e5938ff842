/** The members of an archive, unpacked into a folder of our own under names of our own; what they were called is only shown. */
import { closeSync, createReadStream, createWriteStream, openSync, writeSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { chunksOf, TooLarge } from './chunks.ts'
import type { Input, Skipped } from './input.ts'
import { reason } from './reason.ts'
import { archiveName, type Member, partsOf, TarReader } from './tar.ts'
import { type Place, zipMembers } from './zip.ts'

export const MOST_FILES = 100_000

export interface Unpacking {
  readonly archive: Input
  /** Members are put here: a path, to which a number is added. */
  readonly beside: string
  /** Bytes that all of them may have. */
  readonly limit: number
  readonly skipped: Skipped[]
}

export async function untar(of: Unpacking): Promise<Input[]> {
  const { archive, limit, skipped } = of
  const members: Input[] = []
  let fd = -1
  const close = () => {
    if (fd >= 0) closeSync(fd)
    fd = -1
  }
  const reader = new TarReader({
    begin(member) {
      const input = inputOf(of, member, members.length)
      if (!input) return undefined
      members.push(input)
      fd = openSync(input.path, 'wx', 0o600)
      return bytes => void writeSync(fd, bytes)
    },
    end: close,
  })
  try {
    for await (const piece of chunksOf(archive.path, limit)) reader.push(piece)
    if (reader.broken) skipped.push({ file: archive.name, why: 'the archive is damaged after some members' })
  } catch (error) {
    skipped.push({ file: archive.name, why: reason(error) })
  } finally {
    close()
  }
  return members
}

export async function unzip(of: Unpacking): Promise<Input[]> {
  const { archive, limit, skipped } = of
  const members: Input[] = []
  let left = limit
  async function* within(bytes: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      left -= piece.length
      if (left < 0) throw new TooLarge(`it unpacks to more than ${limit} bytes`)
      yield piece
    }
  }
  try {
    for (const member of await zipMembers(placeOf(archive))) {
      const input = inputOf(of, member, members.length)
      if (!input) continue
      try {
        const bytes = (await member.open()) as ReadableStream<Uint8Array>
        await pipeline(within(bytes), createWriteStream(input.path, { flags: 'wx', mode: 0o600 }))
        members.push(input)
      } catch (error) {
        if (error instanceof TooLarge) throw error
        skipped.push({ file: input.name, why: reason(error) })
      }
    }
  } catch (error) {
    skipped.push({ file: archive.name, why: reason(error) })
  }
  return members
}

function inputOf(
  { archive, beside }: Unpacking,
  { name, size, modified }: Omit<Member, 'executable'>,
  index: number,
): Input | undefined {
  if (size === 0 || index >= MOST_FILES) return undefined
  return {
    name: `${archive.name}:${name}`,
    path: `${beside}${index}`,
    folders: [archiveName(archive.name), ...partsOf(name).slice(0, -1)],
    size,
    modified,
  }
}

const placeOf = ({ path, size }: Input): Place => ({
  size,
  slice: (from, to) =>
    (to > from
      ? Readable.toWeb(createReadStream(path, { start: from, end: to - 1 }))
      : new Blob([]).stream()) as ReturnType<Place['slice']>,
})
