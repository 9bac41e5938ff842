/**
 * Waking at a reading of the counter. Node's timers run on CLOCK_MONOTONIC, which steps of the wall clock do not touch but
 * slews do (by up to a tenth); they fire up to a millisecond early, and late when the loop was busy; and they end at
 * 2^31 ms. So a timer only says that it is time to look at the counter, and long waits are approached in parts.
 */
import type { Monotonic } from '#core/time/instant.ts'
import type { Timers } from '#worlds/world.ts'

/** setTimeout takes a signed 32-bit number of milliseconds; anything beyond would fire at once. */
const LONGEST_MS = 2 ** 31 - 1
/** Waits longer than this are approached by nine tenths, because the timer's clock may run a tenth slower. */
const LONG_MS = 10_000

export interface HostTimers extends Timers {
  close(): void
}

export function openTimers(counter: () => Monotonic, woke: () => void): HostTimers {
  let at: Monotonic | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function wake(next: Monotonic): void {
    if (closed) return
    at = next
    clearTimeout(timer)
    timer = setTimeout(look, delayUntil(next, counter()))
  }

  function look(): void {
    if (at === undefined) return
    const now = counter()
    if (now < at) {
      timer = setTimeout(look, delayUntil(at, now))
      return
    }
    at = undefined
    woke()
  }

  function close(): void {
    closed = true
    at = undefined
    clearTimeout(timer)
  }

  return { wake, close }
}

/** Whole milliseconds, rounded up: how long to sleep before looking at the counter again. */
export function delayUntil(at: Monotonic, now: Monotonic): number {
  const ms = Math.max(0, Math.ceil(Number(at - now) / 1e6))
  return Math.min(LONGEST_MS, ms > LONG_MS ? Math.floor(ms * 0.9) : ms)
}
