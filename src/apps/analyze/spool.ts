/** What comes through a pipe can be read only once: it is put into a file first. */
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { TooLarge } from './chunks.ts'

/** The same by all of its names. It may be a socket, which nobody can open again. */
const STANDARD_INPUT = ['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']

export async function spool(path: string, into: string, limit: number): Promise<void> {
  let length = 0
  async function* within(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      length += piece.length
      if (length > limit) throw new TooLarge(`more than ${limit} bytes came`)
      yield piece
    }
  }
  const from = STANDARD_INPUT.includes(path) ? process.stdin : createReadStream(path)
  await pipeline(from, within, createWriteStream(into, { flags: 'wx', mode: 0o600 }))
}
