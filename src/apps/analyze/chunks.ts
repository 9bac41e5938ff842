/**
 * The bytes of a file, unpacked, in pieces. What a file is packed with is told by its first bytes. A
 * plain file is read into the same buffer again and again, so whoever takes a piece must be done with it before the next.
 *
 * A packed file may unpack to a thousand times its size and more; past a limit it is given up.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const PIECE = 256 << 10
const HEAD = 8

export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

export type Packing = 'none' | 'gzip' | 'xz' | 'zstd' | 'bzip2' | 'utf-16le' | 'utf-16be'

const MAGIC: readonly (readonly [Packing, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  // What PowerShell writes with >.
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
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

export interface Wanted {
  /** Bytes in a piece at most, when it is plain. */
  readonly most?: number
  /** Only what comes after so many bytes: of a plain file. */
  readonly from?: number
}

/** Throws `TooLarge` past the limit and `Unreadable` when the file is damaged; what came before has been given. */
export async function* chunksOf(
  path: string,
  limit: number,
  { most = PIECE, from = 0 }: Wanted = {},
): AsyncGenerator<Uint8Array> {
  const packing = packingOf(path)
  if (packing === 'none') {
    yield* plain(path, most, from)
    return
  }
  // Most files are plain: what unpacks is loaded for those that are not.
  const { letGo, unpack, unpackAtOnce } = await import('./unpack.ts')
  const whole = packing === 'gzip' && most >= PIECE ? unpackAtOnce(path, limit) : undefined
  if (whole) {
    for (let at = 0; at < whole.length; at += PIECE) yield plainBytes(whole.subarray(at, at + PIECE))
    letGo(whole)
    return
  }
  let given = 0
  const { pieces, end } = unpack(path, packing, Math.min(most, PIECE))
  try {
    for await (const piece of pieces) {
      const within = Math.min(piece.length, limit - given)
      given += piece.length
      for (let at = 0; at < within; at += PIECE) {
        yield plainBytes(piece.subarray(at, Math.min(at + PIECE, within)))
        // Whoever unpacks has a piece ready by now and waits to be told to go on.
        await new Promise(resolve => setImmediate(resolve))
      }
      if (given > limit) throw new TooLarge(`it unpacks to more than ${limit} bytes`)
    }
  } catch (error) {
    if (error instanceof TooLarge) throw error
    throw new Unreadable(`${packing}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    end()
  }
}

/** No `Buffer`: whoever reads bytes one by one reads those of one class faster. */
const plainBytes = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length)

/** Each piece lies where the last one lay. */
function* plain(path: string, most: number, from: number): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    // One byte more than there are: a small file is read at once, and its end seen at the next.
    const buffer = new Uint8Array(Math.max(1, Math.min(most, fstatSync(file).size - from + 1)))
    let at = from
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, at)
      if (length === 0) return
      at += length
      yield length === buffer.length ? buffer : buffer.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}
