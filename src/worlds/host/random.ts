/** Random numbers that nobody can predict: nonces come from here. Fetched a page at a time, each used once. */
import { randomFillSync } from 'node:crypto'

const BATCH = 256

export function openRandom(): () => number {
  const batch = new Uint32Array(BATCH)
  let used = BATCH
  return () => {
    if (used === BATCH) {
      randomFillSync(batch)
      used = 0
    }
    const number = batch[used]!
    // What was given out is a secret of the one who asked.
    batch[used++] = 0
    return number
  }
}
