/**
 * The wall clock of a guest's kernel (Linux, kernel/time/ntp.c): carried on by the counter at the frequency that it was
 * set to, and put right by whoever asks, as clock_settime(2), adjtimex(2) and adjtime(3) allow.
 *
 * Seconds are counted from each call, where Linux counts them by the wall clock: less than a second's slewing apart.
 */
import { type Instant, instant, type Monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import type { PollLog2, Rate, Seconds } from '#core/time/units.ts'
import { type Trickle, trickle } from './adjtime.ts'
import { clamp, KernelLoop, MAX_FREQUENCY } from './kernel-loop.ts'

export type KernelCall =
  /** Jump forward by `size`: clock_settime, ADJ_SETOFFSET. It ends a slew. */
  | { readonly kind: 'step'; readonly size: Seconds }
  /** Gain `rate` on the counter from now on: ADJ_FREQUENCY and ADJ_TICK. */
  | { readonly kind: 'frequency'; readonly rate: Rate }
  /** Gain `offset` at the kernel's fixed rate of 500 ppm, instead of what was left of the last such call: adjtime. */
  | { readonly kind: 'slew'; readonly offset: Seconds }
  /** From now on a program calls adjtime every second, until it makes another call of this kind or of `slew`. */
  | { readonly kind: 'trickle'; readonly calls: Trickle }
  /** The kernel's own loop: ADJ_OFFSET with STA_PLL. */
  | { readonly kind: 'pll'; readonly offset: Seconds; readonly constant: PollLog2 }

const NOTHING: Trickle = { offset: 0, part: 0, rate: 0, excess: 'kept' }
/** A single call is one second's request that the kernel works off. */
const once = (offset: Seconds): Trickle => ({ offset, part: 1, rate: 0, excess: 'kept' })

export class KernelClock {
  readonly #loop: KernelLoop
  /** What runs beyond the loop's range: ADJ_TICK. */
  #tick: Rate = 0
  #calls: Trickle = NOTHING
  #callsAt: Monotonic
  /** Whether a program makes the calls, again and again: then a step does not end them. */
  #program = false
  /** What the wall clock said at `#at`, and what had been gained by then of the calls and of the loop's phase. */
  #at: Monotonic
  #wall: Instant
  #trickled: Seconds = 0
  #phased: Seconds = 0

  constructor(start: Reading, rate: Rate = 0) {
    this.#at = start.monotonic
    this.#callsAt = start.monotonic
    this.#wall = start.wall
    this.#loop = new KernelLoop(start.monotonic)
    this.#run(rate)
  }

  get rate(): Rate {
    return this.#loop.frequency + this.#tick
  }

  /** While nothing is being slewed, the clock gains `rate` on the counter from this reading on, until it is asked again. */
  get line(): { readonly from: Reading; readonly rate: Rate } | undefined {
    if (this.#slew !== 0 || this.#phase !== 0) return undefined
    return { from: { wall: this.#wall, monotonic: this.#at }, rate: this.#rate }
  }

  read(monotonic: Monotonic): Reading {
    return { wall: this.#wallAt(monotonic), monotonic }
  }

  obey(call: KernelCall, now: Monotonic): void {
    this.#settle(now)
    switch (call.kind) {
      case 'step':
        this.#wall = plus(this.#wall, call.size)
        this.#loop.forgetPhase(now)
        this.#phased = 0
        if (!this.#program) this.#ask(NOTHING, now)
        return
      case 'frequency':
        return this.#run(call.rate)
      case 'slew':
        this.#program = false
        return this.#ask(once(call.offset), now)
      case 'trickle':
        this.#program = true
        return this.#ask(call.calls, now)
      case 'pll':
        this.#loop.feed(call.offset, call.constant, now)
        this.#phased = 0
    }
  }

  #run(rate: Rate): void {
    this.#loop.frequency = clamp(rate, MAX_FREQUENCY)
    this.#tick = rate - this.#loop.frequency
  }

  #ask(calls: Trickle, now: Monotonic): void {
    this.#calls = calls
    this.#callsAt = now
    this.#trickled = 0
  }

  #wallAt(now: Monotonic): Instant {
    const elapsed = now - this.#at
    const gained =
      this.rate * Number(elapsed) * 1e-9 +
      (this.#loop.taken(now) - this.#phased) +
      (this.#trickledAt(now) - this.#trickled)
    return instant(this.#wall + elapsed + BigInt(Math.round(gained * 1e9)))
  }

  #settle(now: Monotonic): void {
    this.#wall = this.#wallAt(now)
    this.#trickled = this.#trickledAt(now)
    this.#phased = this.#loop.taken(now)
    this.#at = now
  }

  #trickledAt(now: Monotonic): Seconds {
    return this.#calls === NOTHING ? 0 : trickle(this.#calls, since(now, this.#callsAt)).gained
  }
}
