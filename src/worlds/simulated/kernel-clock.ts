/**
 * The wall clock of a guest's kernel (Linux, kernel/time/ntp.c): carried on by the counter at the frequency that it was
 * set to, and put right by whoever asks, as clock_settime(2), adjtimex(2) and adjtime(3) allow.
 *
 * Seconds are counted from each call, where Linux counts them by the wall clock: less than a second's slewing apart.
 * Time is the counter's, in seconds since the beginning, when counter and wall clock had gained nothing on each other.
 */
import type { PollLog2, Rate, Seconds } from '#core/time/units.ts'
import { type Trickle, Trickling } from './adjtime.ts'
import { clamp, KernelLoop, MAX_FREQUENCY } from './kernel-loop.ts'

export type KernelCall =
  /** Jump forward by `size`: clock_settime, ADJ_SETOFFSET. It ends a slew. */
  | { readonly kind: 'step'; readonly size: Seconds }
  /** Gain `rate` on the counter from now on: ADJ_FREQUENCY and ADJ_TICK. */
  | { readonly kind: 'frequency'; readonly rate: Rate }
  /** Gain `rate` beside what was last ordered of the frequency within ±500 ppm: ADJ_TICK alone. */
  | { readonly kind: 'tick'; readonly rate: Rate }
  /** Gain `offset` at the kernel's fixed rate of 500 ppm, instead of what was left of the last such call: adjtime. */
  | { readonly kind: 'slew'; readonly offset: Seconds }
  /** From now on a program calls adjtime every second, until it makes another call of this kind or of `slew`. */
  | { readonly kind: 'trickle'; readonly calls: Trickle }
  /** The kernel's own loop: ADJ_OFFSET with STA_PLL. */
  | { readonly kind: 'pll'; readonly offset: Seconds; readonly constant: PollLog2 }

const isNothing = ({ offset, part, rate }: Trickle): boolean => rate === 0 && (offset === 0 || part === 0)
/** A single call is one second's request that the kernel works off. */
const once = (offset: Seconds): Trickle => ({ offset, part: 1, rate: 0, excess: 'kept' })

export class KernelClock {
  readonly #loop = new KernelLoop(0)
  /** What runs beyond the loop's range: ADJ_TICK. */
  #tick: Rate = 0
  #calls: Trickling | undefined
  #callsAt: Seconds = 0
  /** Whether a program makes the calls, again and again: then a step does not end them. */
  #program = false
  /** What the wall clock had gained at `#at`, and how much of it came from the calls and from the loop's phase. */
  #at: Seconds = 0
  #gained: Seconds = 0
  #trickled: Seconds = 0
  #phased: Seconds = 0

  constructor(rate: Rate = 0) {
    this.#run(rate)
  }

  get rate(): Rate {
    return this.#loop.frequency + this.#tick
  }

  /** How far the wall clock has moved on the counter since the beginning. */
  gainedAt(counter: Seconds): Seconds {
    return (
      this.#gained +
      this.rate * (counter - this.#at) +
      (this.#loop.taken(counter) - this.#phased) +
      (this.#trickledAt(counter) - this.#trickled)
    )
  }

  obey(call: KernelCall, counter: Seconds): void {
    this.#settle(counter)
    switch (call.kind) {
      case 'step':
        this.#gained += call.size
        this.#loop.forgetPhase(counter)
        this.#phased = 0
        if (!this.#program) this.#ask(undefined, counter)
        return
      case 'frequency':
        return this.#run(call.rate)
      case 'tick':
        this.#tick = call.rate
        return
      case 'slew':
        this.#program = false
        return this.#ask(once(call.offset), counter)
      case 'trickle':
        this.#program = true
        return this.#ask(isNothing(call.calls) ? undefined : call.calls, counter)
      case 'pll':
        this.#loop.feed(call.offset, call.constant, counter)
        this.#phased = 0
    }
  }

  #run(rate: Rate): void {
    this.#loop.frequency = clamp(rate, MAX_FREQUENCY)
    this.#tick = rate - this.#loop.frequency
  }

  #ask(calls: Trickle | undefined, counter: Seconds): void {
    this.#calls = calls && new Trickling(calls)
    this.#callsAt = counter
    this.#trickled = 0
  }

  #settle(counter: Seconds): void {
    this.#gained = this.gainedAt(counter)
    this.#trickled = this.#trickledAt(counter)
    this.#phased = this.#loop.taken(counter)
    this.#at = counter
  }

  #trickledAt(counter: Seconds): Seconds {
    return this.#calls === undefined ? 0 : this.#calls.gained(counter - this.#callsAt)
  }
}
