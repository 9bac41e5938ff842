/** The bytes of a given file, unpacked: by the browser what every browser can unpack, by what the worker carries the rest. */
import { XzReadableStream } from 'xz-decompress'
import { narrowed } from '../../../narrowed.ts'
import { unzstd } from '../../../unzstd.ts'

/** A packed file may unpack to a thousand times its size and more. */
const MOST = 4e9
const HEAD = 8

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>

interface Packing {
  readonly magic: readonly number[]
  readonly unpack: (packed: Bytes) => ReadableStream<Uint8Array>
  /** Said in place of an error that is only a number. */
  readonly failed?: string
}

const PACKINGS: readonly Packing[] = [
  { magic: [0x1f, 0x8b], unpack: packed => packed.pipeThrough(new DecompressionStream('gzip')) },
  {
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    unpack: packed => new XzReadableStream(packed),
    failed: 'it is damaged, or packed in a way that only the program xz knows',
  },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: packed => packed.pipeThrough(unzstd()) },
  { magic: [0xff, 0xfe], unpack: packed => packed.pipeThrough(narrowed('utf-16le')) },
  { magic: [0xfe, 0xff], unpack: packed => packed.pipeThrough(narrowed('utf-16be')) },
  {
    magic: [0x42, 0x5a, 0x68],
    unpack: () => {
      throw new Error('a browser cannot unpack bzip2: unpack it first, or use clockwright analyze')
    },
  },
]

/** Throws with the reason when the file cannot be read, or not on. */
export async function* bytesOf(file: File): AsyncGenerator<Uint8Array> {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer())
  const packing = PACKINGS.find(({ magic }) => magic.every((byte, i) => head[i] === byte))
  const stream = packing ? packing.unpack(file.stream()) : file.stream()
  const reader = stream.getReader()
  let given = 0
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(error => {
        throw packing?.failed ? new Error(packing.failed) : error
      })
      if (done) return
      given += value.length
      if (packing && given > MOST) throw new Error(`it unpacks to more than ${MOST} bytes`)
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
