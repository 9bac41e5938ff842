/** Text of two bytes a character, as Windows writes it, in UTF-8. */
export function narrowed(from: 'utf-16le' | 'utf-16be'): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder(from)
  const encoder = new TextEncoder()
  return new TransformStream({
    transform(piece, out) {
      out.enqueue(encoder.encode(decoder.decode(piece, { stream: true })))
    },
    flush(out) {
      out.enqueue(encoder.encode(decoder.decode()))
    },
  })
}
