/** The bytes of a given file, unpacked as far as a browser can. */

/** A packed file may unpack to a thousand times its size and more. */
const MOST = 4e9
const HEAD = 8

/** Throws with the reason when the file cannot be read, or not on. */
export async function* bytesOf(file: File): AsyncGenerator<Uint8Array> {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer())
  const begins = (...magic: readonly number[]) => magic.every((byte, i) => head[i] === byte)
  if (begins(0xfd, 0x37, 0x7a, 0x58) || begins(0x42, 0x5a, 0x68))
    throw new Error('a browser cannot unpack this: unpack it first, or use clockwright analyze')
  const packing = begins(0x1f, 0x8b) ? 'gzip' : begins(0x28, 0xb5, 0x2f, 0xfd) ? 'zstd' : undefined
  const stream = packing ? unpacked(file, packing) : file.stream()
  const reader = stream.getReader()
  let given = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      given += value.length
      if (packing && given > MOST) throw new Error(`it unpacks to more than ${MOST} bytes`)
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function unpacked(file: File, packing: 'gzip' | 'zstd'): ReadableStream<Uint8Array> {
  try {
    // Which packings there are differs from browser to browser.
    return file.stream().pipeThrough(new DecompressionStream(packing as 'gzip'))
  } catch {
    throw new Error(`this browser cannot unpack ${packing}`)
  }
}
