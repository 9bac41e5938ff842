/**
 * The periodic part of VMware Tools (open-vm-tools, plugin timeSync: timeSync.c and slewLinux.c): once a minute the guest is
 * compared with the host. More than the host's limit behind: a step, and only forward. Else half of the error is slewed
 * away until the next minute, with the tick of the kernel, whose unit is 100 ppm: what is too small for it does nothing, and
 * what is negative is rounded away from nothing. When the error has been small for a quarter of an hour, the frequency that
 * was seen is set and the kernel's own loop takes over, until the error is large again.
 *
 * Assumed: the limit (1 s, as the comments in the source say; the host gives it), that corrections by slewing are allowed, that
 * the virtual hardware lags by nothing, and the time constant of the loop (6, for a period of 64 s).
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { KernelCall } from '../kernel-clock.ts'

export const PERIOD: Seconds = 60
const LIMIT: Seconds = 1
const PART = 0.5
const LOOP_BEGINS: Seconds = 0.03
const LOOP_ENDS: Seconds = 0.06
const CALIBRATION: Seconds = 900
const LOOP_CONSTANT = 6
const LOOP_LIMIT: Rate = 500e-6
/** One microsecond in a tick of ten milliseconds. */
const TICK_UNIT: Rate = 100e-6
const TICK_LIMIT: Rate = 0.1

interface Slew {
  readonly at: Seconds
  readonly rate: Rate
  readonly asked: Seconds
}

export class VmwareTimeSync {
  #state: 'uncalibrated' | 'calibrating' | 'loop' = 'uncalibrated'
  #slew: Slew | undefined
  #calibratedFrom: Seconds = 0
  /** What had to be corrected since then. */
  #needed: Seconds = 0

  /** The guest's clock, which says `now`, is `behind` the host's. */
  compare(behind: Seconds, now: Seconds): readonly KernelCall[] {
    if (behind > LIMIT) return [...this.#reset(now), { kind: 'step', size: behind }]
    if (Math.abs(behind) > LOOP_ENDS) this.#state = 'uncalibrated'
    const wanted = behind * PART
    switch (this.#state) {
      case 'uncalibrated': {
        const { call } = this.#slewBy(wanted, now)
        if (Math.abs(behind) < LOOP_BEGINS) {
          this.#state = 'calibrating'
          this.#calibratedFrom = now
          this.#needed = wanted - behind
        }
        return [call]
      }
      case 'calibrating': {
        if (now > this.#calibratedFrom + CALIBRATION) return this.#endCalibration(behind, now)
        const { call, left } = this.#slewBy(wanted, now)
        this.#needed += wanted - left
        return [call]
      }
      case 'loop':
        return [{ kind: 'pll', offset: behind, constant: LOOP_CONSTANT }]
    }
  }

  #endCalibration(behind: Seconds, now: Seconds): readonly KernelCall[] {
    const { call, left } = this.#slewBy(0, now)
    const frequency = (this.#needed + behind - left) / (now - this.#calibratedFrom)
    if (Math.abs(frequency) >= LOOP_LIMIT) {
      this.#state = 'uncalibrated'
      return [call]
    }
    this.#state = 'loop'
    return [
      { kind: 'pll', offset: behind, constant: LOOP_CONSTANT },
      { kind: 'frequency', rate: frequency },
    ]
  }

  #reset(now: Seconds): readonly KernelCall[] {
    this.#state = 'uncalibrated'
    this.#slewBy(0, now)
    return [{ kind: 'frequency', rate: 0 }]
  }

  /** Until the next comparison; also says how much of the last one was not done, or done too much. */
  #slewBy(wanted: Seconds, now: Seconds): { readonly call: KernelCall; readonly left: Seconds } {
    const before = this.#slew
    const left = before ? before.asked - before.rate * (now - before.at) : 0
    const units = Math.floor(wanted / PERIOD / TICK_UNIT)
    const rate = Math.max(-TICK_LIMIT, Math.min(TICK_LIMIT, units * TICK_UNIT))
    this.#slew = { at: now, rate, asked: wanted }
    return { call: { kind: 'tick', rate }, left }
  }
}
