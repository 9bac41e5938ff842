/**
 * The bytes of a file, unpacked, in pieces. What a file is packed with is told by its first bytes. A
 * plain file is read into the same buffers again and again, so whoever takes a piece must be done with it before the next.
 *
 * A packed file may unpack to a thousand times its size and more; past a limit it is given up.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

const PIECE = 1 << 20
const HEAD = 8
/** How much of a packed file is unpacked before it is asked for. */
const AHEAD = 8 << 20

export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

type Packing = 'none' | 'gzip' | 'xz' | 'zstd' | 'bzip2'

const MAGIC: readonly (readonly [Packing, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
]

export function packingOf(path: string): Packing {
  const head = Buffer.alloc(HEAD)
  const fd = openSync(path, 'r')
  try {
    const length = readSync(fd, head, 0, HEAD, 0)
    for (const [packing, magic] of MAGIC)
      if (length >= magic.length && magic.every((byte, i) => head[i] === byte)) return packing
    return 'none'
  } finally {
    closeSync(fd)
  }
}

/** In pieces of at most so many bytes when it is plain. Throws `TooLarge` past the limit and `Unreadable` when the file is damaged; what came before has been given. */
export async function* chunksOf(
  path: string,
  limit: number,
  most: number = PIECE,
): AsyncGenerator<Uint8Array> {
  const packing = packingOf(path)
  if (packing === 'none') {
    yield* plain(path, most)
    return
  }
  let given = 0
  const { stream, end } = unpacked(path, packing, most)
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      const within = Math.min(piece.length, limit - given)
      given += piece.length
      for (let at = 0; at < within; at += PIECE) {
        yield piece.subarray(at, Math.min(at + PIECE, within))
        // Whoever unpacks has a piece ready by now and waits to be told to go on.
        await new Promise(resolve => setImmediate(resolve))
      }
      if (given > limit) throw new TooLarge(`it unpacks to more than ${limit} bytes`)
    }
  } catch (error) {
    if (error instanceof TooLarge) throw error
    throw new Unreadable(`${packing}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    stream.destroy()
    end()
  }
}

/** The same, begun at once: a packed file is unpacked in another thread while something else is done. */
export class Ahead {
  readonly #chunks: AsyncGenerator<Uint8Array>
  readonly #first: Promise<IteratorResult<Uint8Array>>

  constructor(path: string, limit: number) {
    this.#chunks = chunksOf(path, limit)
    this.#first = this.#chunks.next()
    // Whoever asks for the chunks is told.
    this.#first.catch(() => {})
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const first = await this.#first
    if (first.done) return
    yield first.value
    yield* this.#chunks
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined)
  }
}

/** While one piece is looked at the next one is read. */
async function* plain(path: string, most: number): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  let next: Promise<unknown> = Promise.resolve()
  try {
    // One byte more than the file has: a small one is read at once, and its end seen at the next.
    const room = Math.min(most, (await file.stat()).size + 1)
    let [now, other] = [Buffer.allocUnsafeSlow(room), Buffer.allocUnsafeSlow(room)]
    let length = (await file.read(now, 0, room)).bytesRead
    while (length > 0) {
      const reading = file.read(other, 0, room)
      next = reading.catch(() => undefined)
      yield length === room ? now : now.subarray(0, length)
      length = (await reading).bytesRead
      ;[now, other] = [other, now]
    }
  } finally {
    await next
    await file.close()
  }
}

function unpacked(path: string, packing: Packing, most: number): { stream: Readable; end: () => void } {
  if (packing === 'xz' || packing === 'bzip2') return byProgram(path, packing === 'xz' ? 'xz' : 'bzip2')
  const source = createReadStream(path, { highWaterMark: most })
  const sizes = { chunkSize: most, readableHighWaterMark: most < PIECE ? most : AHEAD }
  const stream = packing === 'gzip' ? createGunzip(sizes) : createZstdDecompress(sizes)
  source.on('error', error => stream.destroy(error))
  source.pipe(stream)
  return { stream, end: () => source.destroy() }
}

/** What Node cannot unpack, the system's own program can. */
function byProgram(path: string, program: string): { stream: Readable; end: () => void } {
  const child: ChildProcess = spawn(program, ['-dc', '--', path], { stdio: ['ignore', 'pipe', 'ignore'] })
  const stream = child.stdout!
  child.on('error', () => stream.destroy(new Error(`the program ${program} is needed and is not there`)))
  child.on('close', code => {
    if (code) stream.destroy(new Error(`${program} ended with ${code}`))
  })
  return { stream, end: () => child.kill() }
}
