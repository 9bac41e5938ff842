/**
 * How late does a timer fire? Set for a time by one processor's clock, as programs do it that wait until a deadline, and
 * armed and waited for on the same processor or on another one.
 *
 * Where the clocks differ by 85 s it can be late by 85 s. So nothing here waits for a timer alone: a second thread, which
 * reads its own clock and sleeps not at all, lets the timer fire at once when it is that much too late.
 */
import type { Sleep } from '#core/guest/cpu-observations.ts'
import { CLOCK, type Libc, TFD } from '../../libc.ts'
import type { Reader } from './reader.ts'

export interface SleepOrder {
  readonly setBy: number
  readonly on: number
  readonly tries: number
  readonly shared: SharedArrayBuffer
}

export const SLEEP_BYTES = 16
/**
 * 32-bit words. STATE: 2n while try n waits (from 1 on), 2n + 1 from when the other thread has decided to cut it, OVER at
 * the end. Whoever moves it on from 2n owns the end of that try. CUT: the latest try that was cut, when that is done; TIMER: its
 * descriptor.
 */
const STATE = 0
const CUT = 1
const TIMER = 2
const OVER = -1

const LENGTH = 2e6
/** A machine that is busy with others lets one wait for 0.1 s. */
const GUARD = 150e6

export function sleepTimes(
  libc: Libc,
  { setBy, on, tries, shared }: SleepOrder,
  monotonic: Reader,
  { origin, visit }: { origin: number; visit: (cpu: number) => void },
): Sleep[] {
  const words = new Int32Array(shared)
  const slept: Sleep[] = []
  const timer = libc.timerfdCreate(CLOCK.monotonic, TFD.cloexec)
  if (timer >= 0) {
    words[TIMER] = timer
    const { address, view } = libc.buffer('sleep', 40)
    // struct itimerspec: interval, then value; each of seconds and nanoseconds.
    view.setBigInt64(0, 0n, true)
    view.setBigInt64(8, 0n, true)
    for (let n = 1; n <= tries; n++) {
      visit(setBy)
      const deadline = monotonic() + LENGTH
      if (on !== setBy) visit(on)
      view.setBigInt64(16, BigInt(origin + Math.floor(deadline / 1e9)), true)
      view.setBigInt64(24, BigInt(deadline % 1e9), true)
      libc.timerfdSettime(timer, TFD.abstime, address, 0)
      Atomics.store(words, STATE, 2 * n)
      libc.read(timer, address + 32, 8)
      // By the clock that set it; the way back is short against what a difference of clocks makes.
      if (on !== setBy) visit(setBy)
      const late = (monotonic() - deadline) / 1e9
      const cut = Atomics.compareExchange(words, STATE, 2 * n, 0) !== 2 * n
      // Else it could still reach for the timer when that is set for the next try.
      while (cut && Atomics.load(words, CUT) !== n);
      slept.push({ setBy, on, late, cut })
      // A third one would be the same again, and cost as much time. One alone can be the machine's.
      if (slept.filter(each => each.cut).length === 2) break
    }
  }
  Atomics.store(words, STATE, OVER)
  if (timer >= 0) libc.close(timer)
  return slept
}

/** Watches over the sleeps of the other thread until they are over. */
export function guardSleeps(libc: Libc, shared: SharedArrayBuffer, counter: Reader): void {
  const words = new Int32Array(shared)
  const { address, view } = libc.buffer('guard', 32)
  // In 1 ns from now.
  for (const [at, value] of [0n, 0n, 0n, 1n].entries()) view.setBigInt64(8 * at, value, true)
  let watched = 0
  let since = counter()
  for (;;) {
    // The sleeper may have to pass through this processor, and at real-time priority could not otherwise.
    libc.schedYield()
    const state = Atomics.load(words, STATE)
    if (state === OVER) return
    if (state !== watched) {
      watched = state
      since = counter()
    } else if (state > 0 && counter() - since > GUARD) {
      if (Atomics.compareExchange(words, STATE, state, state + 1) !== state) continue
      libc.timerfdSettime(words[TIMER]!, 0, address, 0)
      Atomics.store(words, CUT, state / 2)
      watched = state + 1
      since = Number.POSITIVE_INFINITY
    }
  }
}
