/**
 * One half of an exchange: a thread on one processor publishes each reading that it makes, and sees those of the other
 * one. What it sees was read before it was written, and its own reading comes after it has seen that; so the
 * difference is that of the clocks plus a delay of 0 or more, and the least of many is kept.
 *
 * A reading is one aligned 64-bit number, which these processors write and read in one piece. Nothing is waited for: a
 * thread that is not running only lets the other one see old readings, which are long delays.
 */
import type { Reader } from './reader.ts'

/** In bytes: each number on a cache line of its own, so that neither thread slows down the other. */
export const EXCHANGE_BYTES = 512
const READING = [0, 8] as const
const LEAST = [16, 24] as const
/** In 32-bit words. */
const ARRIVED = 64
const STOP = 80

export interface ExchangeOrder {
  readonly shared: SharedArrayBuffer
  /** 0 decides when it is enough. */
  readonly role: 0 | 1
  /** In ns by the counter. */
  readonly longest: number
  /** A difference that is bounded to ± this need not be known better; in the units of the clock. */
  readonly enough: number
}

/** No exchange is shorter than this; ns. */
const SHORTEST = 4e6
/** So long one waits for the other one to come, who may have to wait for its processor. */
const PATIENCE = 200e6
/** How often the time is looked at, in readings. */
const LOOK_EVERY = 64

/** → the least difference of an own reading to one that was seen; infinite when the other thread did not come. */
export function exchange(
  { shared, role, longest, enough }: ExchangeOrder,
  read: Reader,
  counter: Reader,
  stepAside: () => void,
): number {
  const slots = new Float64Array(shared)
  const words = new Int32Array(shared)
  const [mine, other] = [READING[role], READING[1 - role]!] as const
  const [myLeast, otherLeast] = [LEAST[role], LEAST[1 - role]!] as const
  let least = Number.POSITIVE_INFINITY
  slots[myLeast] = least
  slots[mine] = read()
  const began = counter()
  Atomics.add(words, ARRIVED, 1)
  while (Atomics.load(words, ARRIVED) < 2) {
    // The other one may still be on this processor, and about to leave it.
    stepAside()
    if (counter() - began > PATIENCE) {
      // Also for the other one, should it come yet.
      Atomics.store(words, STOP, 1)
      return least
    }
  }
  const met = counter()
  for (let n = 1; ; n++) {
    const seen = slots[other]!
    const now = read()
    slots[mine] = now
    if (now - seen < least) least = now - seen
    if (n % LOOK_EVERY !== 0) continue
    slots[myLeast] = least
    const elapsed = counter() - met
    const known = elapsed > SHORTEST && least + slots[otherLeast]! < 2 * enough
    if (elapsed > longest || (role === 0 && known)) Atomics.store(words, STOP, 1)
    if (Atomics.load(words, STOP) === 1) return least
  }
}
