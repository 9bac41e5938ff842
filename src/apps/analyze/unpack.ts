/** Unpacks a file: by Node what Node can unpack, in a thread of its own; else by the system's program. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Packing } from './chunks.ts'

/** So many pieces are unpacked before they are asked for. */
const AHEAD = 4

export function unpack(path: string, packing: Packing, most: number): { stream: Readable; end: () => void } {
  if (packing === 'xz' || packing === 'bzip2') return byProgram(path, packing === 'xz' ? 'xz' : 'bzip2')
  const source = createReadStream(path, { highWaterMark: most })
  const sizes = { chunkSize: most, readableHighWaterMark: most * AHEAD }
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
