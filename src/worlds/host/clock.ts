/**
 * Reading the clocks of this machine.
 *
 * A reading says what the wall clock showed *at the moment when* the counter showed something, but two clocks cannot
 * be read at once. So the counter is read before and after the wall clock: the wall clock was read somewhere between,
 * and half of that gap is how wrong the pair can be (`residual`). A gap that is unusually long means that we were
 * interrupted in it; then we try again and keep the tightest.
 *
 * The counter is CLOCK_MONOTONIC_RAW, which nobody steps and nobody slews.
 */
import { instant, type Monotonic, monotonic, type Reading } from '#core/time/instant.ts'
import { NS_PER_SECOND, type Seconds } from '#core/time/units.ts'
import { CLOCK, type Libc } from '../libc.ts'
import { openCoarseClock } from './coarse-clock.ts'

/** A clock that is only read. */
export interface ReadClock {
  readonly precision: Seconds
  read(): Reading
  /** How far apart the two halves of the latest reading can be. */
  residual(): Seconds
  /** The counter alone. */
  counter(): Monotonic
}

export const openClock = (libc: Libc | undefined): ReadClock =>
  libc ? openKernelClock(libc) : openCoarseClock()

const TRIES = 5
/** A gap up to this many times the usual one is not worth another try. */
const TIGHT_ENOUGH = 1.5
const SETTLING_READS = 200
/** Readings before anything is judged: the first ones run in the interpreter and take five times as long. */
const WARMING_READS = 500

/** Three `struct timespec` to a try: counter, wall clock, counter. */
const TRY_SIZE = 48

function openKernelClock(libc: Libc): ReadClock {
  const { address, bytes } = libc.buffer('clock', TRY_SIZE * TRIES)
  const words = new Int32Array(bytes.buffer)
  const longs = new BigInt64Array(bytes.buffer)
  let usual = 0
  let residual: Seconds = 0

  /** Reads into the slot of one try; the gap between the two counter readings, in ns. */
  function attempt(slot: number): number {
    const at = address + slot * TRY_SIZE
    libc.clockGettime(CLOCK.monotonicRaw, at)
    libc.clockGettime(CLOCK.realtime, at + 16)
    libc.clockGettime(CLOCK.monotonicRaw, at + 32)
    const word = slot * 12
    return (words[word + 8]! - words[word]!) * 1e9 + (words[word + 10]! - words[word + 2]!)
  }

  const time = (long: number): bigint => longs[long]! * NS_PER_SECOND + longs[long + 1]!

  function read(): Reading {
    let best = 0
    let gap = attempt(0)
    for (let slot = 1; slot < TRIES && gap > usual * TIGHT_ENOUGH; slot++) {
      const other = attempt(slot)
      if (other < gap) {
        gap = other
        best = slot
      }
    }
    residual = gap / 2e9
    const long = best * 6
    return { wall: instant(time(long + 2)), monotonic: monotonic(time(long) + BigInt(Math.trunc(gap / 2))) }
  }

  function counter(): Monotonic {
    libc.clockGettime(CLOCK.monotonicRaw, address)
    return monotonic(time(0))
  }

  for (let i = 0; i < WARMING_READS; i++) read()
  const gaps = Array.from({ length: SETTLING_READS }, () => attempt(0)).sort((a, b) => a - b)
  usual = gaps[SETTLING_READS >> 1]!
  const precision =
    Math.max(
      smallestStep(() => Number(read().wall % NS_PER_SECOND)),
      usual,
    ) / 1e9

  return { precision, read, residual: () => residual, counter }
}

/** The smallest change that consecutive readings show, in ns. A clock that stands still for long is coarse. */
function smallestStep(read: () => number): number {
  let smallest = Number.POSITIVE_INFINITY
  let before = read()
  for (let i = 0; i < SETTLING_READS; i++) {
    const now = read()
    if (now > before) smallest = Math.min(smallest, now - before)
    before = now
  }
  return smallest === Number.POSITIVE_INFINITY ? 1e6 : smallest
}
