/**
 * chronyd's clock (facts: local.c, sys_generic.c, sys_linux.c of chrony 4.3). The kernel's clock is *raw*; chronyd thinks in
 * *cooked* time, which is raw time as it would be if all that is known to be wrong had been corrected already. What
 * is left is slewed away by running the kernel faster or slower, until a timer says that it is done.
 *
 * Signs are chrony's own in this folder: an offset is positive when the clock is fast, a frequency when it gains.
 *
 * chronyd rewrites every time and offset that it remembers whenever it corrects the clock. All these corrections are
 * linear, so here one line is kept instead: memories are written on a `Scale` that never changes, and read through the
 * line as it is now.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { KernelCall } from '#worlds/simulated/kernel-clock.ts'

const LEAST_OFFSET: Seconds = 1e-9
const SHORTEST_SLEW: Seconds = 1
const LONGEST_SLEW: Seconds = 1e4
/** A slew that ended later than this did not end late: the machine slept. */
const LONGEST_EXCESS: Seconds = 100
const EXCESS_RATIO = 5
const EXCESS_DECAY = 0.9
/** Linux takes ±10 % through its tick; its driver says that a change may take 10 µs. */
const GREATEST_FREQUENCY: Rate = 0.1
const CHANGE_DELAY: Seconds = 10e-6 * (1 + GREATEST_FREQUENCY)

export interface ClockLimits {
  readonly maxslewrate: Rate
  readonly maxdrift: Rate
}

export class ChronyClock {
  /** What the kernel's clock reads, in seconds from wherever its user counts. Set by him at each event. */
  raw: Seconds = 0
  /** Memories hold times of this line: cooked time = t + drift · t + shift. */
  drift = 0
  shift: Seconds = 0
  /** Dispersion that changes of frequency have added to all that was measured, so far. */
  dispersion: Seconds = 0
  /** When the slew will be over, in raw time. */
  slewEnds: Seconds = Number.POSITIVE_INFINITY
  /** Calls that the kernel has not had yet. */
  #calls: KernelCall[] = []
  readonly #limits: ClockLimits
  readonly #clamped: (frequency: Rate) => void
  /** What the clock gains by itself, as far as is known. */
  #frequency: Rate = 0
  /** What is left to correct, as of `#slewStart`. */
  #register: Seconds = 0
  #slew: Rate = 0
  #slewStart: Seconds = 0
  #slewDuration: Seconds = Number.POSITIVE_INFINITY
  #excess: Seconds = 0
  #correctionRate = 0
  #kernel: Rate = 0

  /** `clamped` is told of frequencies that maxdrift forbids. */
  constructor(raw: Seconds, limits: ClockLimits, clamped: (frequency: Rate) => void) {
    this.raw = raw
    this.#slewStart = raw
    this.#limits = limits
    this.#clamped = clamped
  }

  get frequency(): Rate {
    return this.#frequency
  }

  /** What the kernel's clock gains on the counter by order. */
  get kernelRate(): Rate {
    return this.#kernel
  }

  /** Cooked minus raw time: what is still to be corrected, with the opposite sign. */
  correctionAt(raw: Seconds): Seconds {
    return this.#slew * (raw - this.#slewStart) - this.#register
  }

  cook(raw: Seconds): Seconds {
    return raw + this.correctionAt(raw)
  }

  remember(cooked: Seconds): Seconds {
    return (cooked - this.shift) / (1 + this.drift)
  }

  recall(remembered: Seconds): Seconds {
    return remembered + this.behindOf(remembered)
  }

  /** By how much corrections since have moved a time that is remembered, and the offset that was measured at it. */
  behindOf(remembered: Seconds): Seconds {
    return this.drift * remembered + this.shift
  }

  /** The clock gains `gain` more than was thought, and is fast by `offset` more. */
  correct(gain: Rate, offset: Seconds, correctionRate: number): void {
    const cooked = this.cook(this.raw)
    const old = this.#frequency
    this.#frequency = this.#clamp(old + gain * (1 - old))
    this.#updateSlew()
    this.#register += offset
    this.#correctionRate = correctionRate
    this.#updateSlew()
    this.#rescale(cooked, (this.#frequency - old) / (1 - old), offset)
  }

  /** Of a drift file. */
  setFrequency(frequency: Rate): void {
    const old = this.#frequency
    const cooked = this.cook(this.raw)
    this.#frequency = this.#clamp(frequency)
    this.#updateSlew()
    this.#rescale(cooked, (this.#frequency - old) / (1 - old), 0)
  }

  step(offset: Seconds): void {
    const cooked = this.cook(this.raw)
    this.#calls.push({ kind: 'step', size: -offset })
    this.raw -= offset
    this.#slewStart -= offset
    this.slewEnds -= offset
    this.#rescale(cooked, 0, offset)
  }

  /**
   * Time itself has jumped back by `offset`, for the sources too: what was measured of them stays as it was. The kernel's
   * clock jumps along, or has it to slew.
   */
  leap(offset: Seconds, how: 'step' | 'slew'): void {
    if (how === 'step') {
      this.#calls.push({ kind: 'step', size: -offset })
      this.raw -= offset
      this.#slewStart -= offset
      return
    }
    this.#register += offset
    this.#correctionRate = 0
    this.#updateSlew()
  }

  /** Somebody else stepped the clock back by `offset`: nothing is left to slew, and timers move with the clock. */
  steppedBySomebody(offset: Seconds): void {
    const correction = this.correctionAt(this.raw)
    const cooked = this.cook(this.raw)
    this.#register += correction
    this.#correctionRate = 0
    this.#updateSlew()
    this.#rescale(cooked, 0, correction)
    this.slewEnds -= offset
    this.#rescale(this.raw, 0, offset)
  }

  endSlew(): void {
    this.#updateSlew()
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0
  }

  takeCalls(): readonly KernelCall[] {
    const calls = this.#calls
    this.#calls = []
    return calls
  }

  #clamp(frequency: Rate): Rate {
    const { maxdrift } = this.#limits
    if (Math.abs(frequency) <= maxdrift) return frequency
    this.#clamped(frequency)
    return Math.sign(frequency) * maxdrift
  }

  /** Ends the slew that runs and begins another for what is left. */
  #updateSlew(): void {
    const achieved = this.raw - this.#slewStart
    this.#register -= this.#slew * achieved
    this.#excess = (this.#excess + 1e-9) * EXCESS_DECAY
    const excess = achieved - this.#slewDuration
    if (this.#excess < excess && excess <= LONGEST_EXCESS) this.#excess = excess

    const total = this.#totalFrequency()
    const slew = (total - this.#frequency) / (1 - total)
    const error = Math.abs((this.#slew - slew) * CHANGE_DELAY)
    if (error >= LEAST_OFFSET) this.dispersion += error
    this.#slew = slew
    if (this.#kernel !== -total) {
      this.#kernel = -total
      const last = this.#calls.at(-1)
      if (last?.kind === 'frequency') this.#calls.pop()
      this.#calls.push({ kind: 'frequency', rate: -total })
    }

    const hopeless = Math.abs(this.#register) < LEAST_OFFSET || this.#register * slew <= 0
    this.#slewDuration = hopeless ? LONGEST_SLEW : within(SHORTEST_SLEW, this.#register / slew, LONGEST_SLEW)
    this.#slewStart = this.raw
    this.slewEnds = this.raw + this.#slewDuration
  }

  /** What the kernel is told to take away: the clock's own frequency, and the slew as fast as wanted and allowed. */
  #totalFrequency(): Rate {
    const left = Math.abs(this.#register)
    const duration =
      left < LEAST_OFFSET
        ? LONGEST_SLEW
        : Math.max(this.#correctionRate / left, SHORTEST_SLEW, EXCESS_RATIO * this.#excess)
    const { maxslewrate } = this.#limits
    const slew = within(-maxslewrate, this.#register / duration, maxslewrate)
    return within(-GREATEST_FREQUENCY, this.#frequency + slew * (1 - this.#frequency), GREATEST_FREQUENCY)
  }

  /** A change at `when` (cooked, before it) moves each time t by (when − t)·gain − offset, and what was measured at it. */
  #rescale(when: Seconds, gain: Rate, offset: Seconds): void {
    this.shift += (when - this.shift) * gain - offset
    this.drift -= gain * (1 + this.drift)
  }
}

export const within = (low: number, value: number, high: number): number =>
  value < low ? low : value > high ? high : value
