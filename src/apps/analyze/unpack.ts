/** Unpacks a file: by Node what Node can unpack, in a thread of its own; else by the system's program. */
import { spawn } from 'node:child_process'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import zlib, { createGunzip, gunzipSync } from 'node:zlib'
import { narrowed } from '../narrowed.ts'
import { unzstd } from '../unzstd.ts'
import type { Packing } from './chunks.ts'

/** So many pieces are unpacked before they are asked for. */
const AHEAD = 4
const MOST_AT_ONCE = 40 << 20
const LARGE = 1 << 20

/**
 * All of a short gzip file at once: two threads that wait for each other take longer. The last bytes tell how long it is;
 * undefined when they say that it is too long, or are wrong.
 */
export function unpackAtOnce(path: string, limit: number): Uint8Array | undefined {
  const most = Math.min(limit, MOST_AT_ONCE)
  if (statSync(path).size > most) return undefined
  const packed = readFileSync(path)
  const length = packed.length < 4 ? most : packed.readUInt32LE(packed.length - 4)
  if (length >= most) return undefined
  try {
    const room = length + 1
    const bytes = gunzipSync(packed, { chunkSize: Math.max(64, room), maxOutputLength: room })
    return bytes.length === length ? bytes : undefined
  } catch {
    // As far as it goes it is unpacked piece by piece.
    return undefined
  } finally {
    letGo(packed)
  }
}

/** What is large goes at once: it need not wait for somebody to look for what nobody needs. */
export function letGo({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= LARGE && buffer instanceof ArrayBuffer) buffer.transfer?.(0)
}

interface Unpacked {
  readonly pieces: AsyncIterable<Uint8Array>
  readonly end: () => void
}

export function unpack(path: string, packing: Packing, most: number): Unpacked {
  if (packing === 'xz' || packing === 'bzip2') return byProgram(path, packing === 'xz' ? 'xz' : 'bzip2')
  const source = createReadStream(path, { highWaterMark: most })
  if (packing === 'utf-16le' || packing === 'utf-16be') return through(source, narrowed(packing))
  // Node 20 cannot.
  if (packing === 'zstd' && !zlib.createZstdDecompress) return through(source, unzstd())
  const sizes = { chunkSize: most, readableHighWaterMark: most * AHEAD }
  const stream = packing === 'gzip' ? createGunzip(sizes) : zlib.createZstdDecompress(sizes)
  source.on('error', error => stream.destroy(error))
  source.pipe(stream)
  return { pieces: stream, end: () => source.destroy() }
}

function through(source: Readable, transform: TransformStream<Uint8Array, Uint8Array>): Unpacked {
  const bytes = Readable.toWeb(source) as ReadableStream<Uint8Array>
  return { pieces: Readable.fromWeb(bytes.pipeThrough(transform)), end: () => source.destroy() }
}

/** What Node cannot unpack, the system's own program can. */
function byProgram(path: string, program: string): Unpacked {
  const child = spawn(program, ['-dc', '--', path], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<string | undefined>(resolve => {
    child.on('error', () => resolve(`the program ${program} is needed and is not there`))
    child.on('close', code => resolve(code ? 'unexpected end of file, or it is damaged' : undefined))
  })
  return { pieces: piecesOf(child.stdout, ended), end: () => child.kill() }
}

/** What it wrote ends before it tells whether that was all. */
async function* piecesOf(written: Readable, ended: Promise<string | undefined>): AsyncGenerator<Uint8Array> {
  yield* written
  const why = await ended
  if (why !== undefined) throw new Error(why)
}
