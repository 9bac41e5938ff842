/**
 * The wall clock of a guest's kernel (Linux, kernel/time/ntp.c): carried on by the counter at the frequency that it was
 * set to, and put right by whoever asks, as clock_settime(2), adjtimex(2) and adjtime(3) allow.
 */
import { type Instant, instant, type Monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import type { PollLog2, Rate, Seconds } from '#core/time/units.ts'

export type KernelCall =
  /** Jump forward by `size`: clock_settime, ADJ_SETOFFSET. It ends a slew. */
  | { readonly kind: 'step'; readonly size: Seconds }
  /** Gain `rate` on the counter from now on: ADJ_FREQUENCY and ADJ_TICK. */
  | { readonly kind: 'frequency'; readonly rate: Rate }
  /** Gain `offset` at the kernel's fixed rate of 500 ppm, instead of what was left of the last such call: adjtime. */
  | { readonly kind: 'slew'; readonly offset: Seconds }
  /** The kernel's own loop: ADJ_OFFSET with STA_PLL. */
  | { readonly kind: 'pll'; readonly offset: Seconds; readonly constant: PollLog2 }

const SLEW_RATE: Rate = 500e-6
const MAX_FREQUENCY: Rate = 500e-6
const MAX_PHASE: Seconds = 0.5
/** Of what is left the loop takes away the part 2^-(SHIFT_PLL + constant) each second. */
const SHIFT_PLL = 2

export class KernelClock {
  #at: Monotonic
  #wall: Instant
  #rate: Rate
  /** What the two ways of slewing still have to gain, as of `#at`. */
  #slew: Seconds = 0
  #phase: Seconds = 0
  #constant = 0
  #pllAt: Monotonic | undefined

  constructor(start: Reading, rate: Rate = 0) {
    this.#at = start.monotonic
    this.#wall = start.wall
    this.#rate = rate
  }

  get rate(): Rate {
    return this.#rate
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
        this.#slew = 0
        this.#phase = 0
        return
      case 'frequency':
        this.#rate = call.rate
        return
      case 'slew':
        this.#slew = call.offset
        return
      case 'pll':
        this.#discipline(call.offset, call.constant, now)
    }
  }

  /** The loop learns frequency from the offsets that it is given, as far as the time since the last one allows. */
  #discipline(offset: Seconds, constant: PollLog2, now: Monotonic): void {
    const phase = clamp(offset, MAX_PHASE)
    const time = 2 ** constant
    const elapsed = this.#pllAt === undefined ? 0 : since(now, this.#pllAt)
    const interval = Math.min(elapsed, time * 2 ** (SHIFT_PLL + 1))
    this.#rate = clamp(this.#rate + (phase * interval) / (4 * 2 ** SHIFT_PLL * time) ** 2, MAX_FREQUENCY)
    this.#phase = phase
    this.#constant = constant
    this.#pllAt = now
  }

  #wallAt(monotonic: Monotonic): Instant {
    const elapsed = monotonic - this.#at
    const seconds = Number(elapsed) * 1e-9
    const gained = this.#rate * seconds + this.#slewedIn(seconds) + this.#phasedIn(seconds)
    return instant(this.#wall + elapsed + BigInt(Math.round(gained * 1e9)))
  }

  #settle(now: Monotonic): void {
    const seconds = since(now, this.#at)
    const wall = this.#wallAt(now)
    this.#slew -= this.#slewedIn(seconds)
    this.#phase -= this.#phasedIn(seconds)
    this.#wall = wall
    this.#at = now
  }

  #slewedIn(seconds: Seconds): Seconds {
    return this.#slew === 0 ? 0 : clamp(this.#slew, SLEW_RATE * seconds)
  }

  /** The part taken away is fixed at the start of each second; within one the clock gains evenly. */
  #phasedIn(seconds: Seconds): Seconds {
    if (this.#phase === 0) return 0
    const part = 2 ** -(SHIFT_PLL + this.#constant)
    const whole = Math.floor(seconds)
    const left = this.#phase * (1 - part) ** whole
    return this.#phase - left + left * part * (seconds - whole)
  }
}

const clamp = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value))
