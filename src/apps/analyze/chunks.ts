/**
 * The bytes of a file, unpacked, in pieces. What a file is packed with is told by its first bytes. A
 * plain file is read into one buffer again and again, so whoever takes a piece must be done with it before the next.
 *
 * A packed file may unpack to a thousand times its size and more; past a limit it is given up.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

/** What is read is still in the processor's cache when it is parsed. */
const PIECE = 1 << 18
const HEAD = 8
const BREATH = 32
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
    let pieces = 0
    for (const piece of plain(path, most)) {
      yield piece
      // Reading a plain file waits for nothing, and signals would not be heard.
      if (++pieces % BREATH === 0) await new Promise(resolve => setImmediate(resolve))
    }
    return
  }
  let given = 0
  const { stream, end } = unpacked(path, packing, most)
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      given += piece.length
      if (given > limit) throw new TooLarge(`it unpacks to more than ${limit} bytes`)
      yield piece
    }
  } catch (error) {
    if (error instanceof TooLarge) throw error
    throw new Unreadable(`${packing}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    stream.destroy()
    end()
  }
}

function* plain(path: string, most: number): Generator<Uint8Array> {
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafeSlow(most)
    for (;;) {
      const length = readSync(fd, buffer, 0, most, null)
      if (length === 0) return
      yield length === most ? buffer : buffer.subarray(0, length)
    }
  } finally {
    closeSync(fd)
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
