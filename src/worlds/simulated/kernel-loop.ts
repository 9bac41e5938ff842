/**
 * The kernel's own phase-lock loop (Linux, kernel/time/ntp.c: ntp_update_offset and second_overflow), which a program
 * feeds with offsets by ADJ_OFFSET while STA_PLL is set and the unit is the nanosecond. Each second it takes away a
 * fixed part of what is left; from each offset it also learns frequency: as a PLL, and beside that as an FLL when more
 * than 2048 s have passed since the last one. A program that feeds it can keep one of these to know what it would read back.
 * Time is the counter's, in seconds from wherever the owner counts.
 */
import { type PollLog2, pollInterval, type Rate, type Seconds } from '#core/time/units.ts'
import { power } from './power.ts'

export const MAX_FREQUENCY: Rate = 500e-6
const MAX_PHASE: Seconds = 0.5
const SHIFT_PLL = 2
const SHIFT_FLL = 2
const MAX_CONSTANT = 10
/** Up to here the FLL has no say. */
const MAX_PLL_INTERVAL: Seconds = 2048

export class KernelLoop {
  frequency: Rate = 0
  #phase: Seconds = 0
  /** What is taken away of the phase in each second. */
  #part = partOf(0)
  /** When `#phase` was what was left, and when an offset came last. */
  #at: Seconds = 0
  #fedAt: Seconds = 0

  constructor(now: Seconds, frequency: Rate = 0) {
    this.#at = now
    this.#fedAt = now
    this.frequency = clamp(frequency, MAX_FREQUENCY)
  }

  feed(offset: Seconds, constant: PollLog2, now: Seconds): void {
    const held = Math.min(MAX_CONSTANT, Math.max(0, constant))
    const phase = clamp(offset, MAX_PHASE)
    const time = pollInterval(held)
    const elapsed = now - this.#fedAt
    const fll = elapsed > MAX_PLL_INTERVAL ? phase / (elapsed * 2 ** SHIFT_FLL) : 0
    // Rare updates have no more weight than the loop can bear.
    const interval = Math.min(elapsed, time * 2 ** (SHIFT_PLL + 1))
    const pll = (phase * interval) / (4 * 2 ** SHIFT_PLL * time) ** 2
    this.frequency = clamp(this.frequency + fll + pll, MAX_FREQUENCY)
    this.#part = partOf(held)
    this.#phase = phase
    this.#at = now
    this.#fedAt = now
  }

  /** The clock was set: what was left to slew belonged to the time before. */
  forgetPhase(now: Seconds): void {
    this.#phase = 0
    this.#at = now
  }

  left(now: Seconds): Seconds {
    return this.#phase === 0 ? 0 : this.#phase - this.#takenIn(now - this.#at)
  }

  /** What the clock has gained from the phase since the last offset. */
  taken(now: Seconds): Seconds {
    return this.#phase === 0 ? 0 : this.#takenIn(now - this.#at)
  }

  /** The part taken away is fixed at the start of each second; within one the clock gains evenly. */
  #takenIn(seconds: Seconds): Seconds {
    const part = this.#part
    const whole = Math.floor(seconds)
    const left = this.#phase * power(1 - part, whole)
    return this.#phase - left + left * part * (seconds - whole)
  }
}

const partOf = (constant: PollLog2): number => pollInterval(-SHIFT_PLL - constant)

export const clamp = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value))
