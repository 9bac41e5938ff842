/** zstd where neither the browser nor Node (before 22.15) can unpack it. */
import { Decompress } from 'fzstd'

export function unzstd(): TransformStream<Uint8Array, Uint8Array> {
  let decompress: Decompress
  return new TransformStream({
    start(out) {
      decompress = new Decompress(piece => out.enqueue(piece))
    },
    transform(piece) {
      decompress.push(piece)
    },
    // Without the last word it would not say that the end is missing.
    flush() {
      decompress.push(new Uint8Array(0), true)
    },
  })
}
