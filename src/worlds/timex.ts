/**
 * The kernel's handle on its clock (adjtimex, clock_adjtime): `struct timex` as it lies in memory on 64-bit Linux
 * (x86-64 and aarch64 agree), and how a rate is said in it. Arithmetic only: nothing here calls a kernel.
 *
 * A rate is said in two parts. `freq` is fine (2⁻¹⁶ ppm) and reaches ±500 ppm; `tick` is coarse (one is 100 ppm, because
 * a second has 100 ticks of nominally 10,000 µs for the user) and reaches ±10 %. `tick` is left at its nominal value
 * while `freq` alone can say the rate.
 */
import type { Claim } from '#core/agent/action.ts'
import { NS_PER_SECOND, PPM, type Rate, type Seconds } from '#core/time/units.ts'

export const TIMEX_SIZE = 208

export const ADJ_OFFSET = 0x0001
export const ADJ_FREQUENCY = 0x0002
export const ADJ_MAXERROR = 0x0004
export const ADJ_ESTERROR = 0x0008
export const ADJ_STATUS = 0x0010
export const ADJ_SETOFFSET = 0x0100
export const ADJ_NANO = 0x2000
export const ADJ_TICK = 0x4000
/** adjtime(): not to be combined with anything. */
export const ADJ_OFFSET_SINGLESHOT = 0x8001

export const STA_PLL = 0x0001
export const STA_INS = 0x0010
export const STA_DEL = 0x0020
export const STA_UNSYNC = 0x0040

const NOMINAL_TICK = 10_000
const LEAST_TICK = 9_000
const MOST_TICK = 11_000
/** What one tick more changes of the rate. */
const TICK_RATE: Rate = 100 * PPM
/** One unit of `freq`. */
const FREQ_RATE: Rate = PPM / 65_536
const MOST_FREQ = 500 * 65_536

/** A kernel in which the error estimate has grown to this calls its clock unsynchronised. */
const MAX_ERROR: Seconds = 16

/** The fields that a call can set; what `modes` does not name, the kernel does not look at. */
export interface Timex {
  readonly modes: number
  /** 2⁻¹⁶ ppm. */
  readonly freq?: number
  readonly maxerrorUs?: number
  readonly esterrorUs?: number
  readonly status?: number
  readonly tick?: number
  readonly timeSeconds?: bigint
  /** Nanoseconds with ADJ_NANO, never negative. */
  readonly timeFraction?: bigint
}

/** What the kernel answers, in its own units, and the state that the call returned. */
export interface TimexAnswer {
  readonly state: number
  readonly offset: number
  readonly frequency: number
  readonly maxError: number
  readonly estError: number
  readonly status: number
  readonly tick: number
  readonly tai: number
}

const AT = {
  modes: 0,
  offset: 8,
  freq: 16,
  maxerror: 24,
  esterror: 32,
  status: 40,
  seconds: 72,
  fraction: 80,
  tick: 88,
  tai: 160,
}

export function encodeTimex(timex: Timex, into: DataView, offset = 0): void {
  for (let i = 0; i < TIMEX_SIZE; i += 8) into.setBigUint64(offset + i, 0n, true)
  const long = (at: number, value: number | bigint) => into.setBigInt64(offset + at, BigInt(value), true)
  into.setUint32(offset + AT.modes, timex.modes, true)
  long(AT.freq, timex.freq ?? 0)
  long(AT.maxerror, timex.maxerrorUs ?? 0)
  long(AT.esterror, timex.esterrorUs ?? 0)
  into.setInt32(offset + AT.status, timex.status ?? 0, true)
  long(AT.seconds, timex.timeSeconds ?? 0n)
  long(AT.fraction, timex.timeFraction ?? 0n)
  long(AT.tick, timex.tick ?? 0)
}

export function decodeTimex(from: DataView): Omit<TimexAnswer, 'state'> {
  const long = (at: number) => Number(from.getBigInt64(at, true))
  return {
    offset: long(AT.offset),
    frequency: long(AT.freq),
    maxError: long(AT.maxerror),
    estError: long(AT.esterror),
    status: from.getInt32(AT.status, true),
    tick: long(AT.tick),
    tai: from.getInt32(AT.tai, true),
  }
}

/** Lets the clock gain `rate` on the counter; a rate beyond ±10 % becomes the nearest that there is. */
export function timexOfRate(rate: Rate): Timex & { readonly tick: number; readonly freq: number } {
  const coarse = Math.abs(rate) > MOST_FREQ * FREQ_RATE ? Math.round(rate / TICK_RATE) : 0
  const tick = Math.min(MOST_TICK, Math.max(LEAST_TICK, NOMINAL_TICK + coarse))
  const fine = Math.round((rate - (tick - NOMINAL_TICK) * TICK_RATE) / FREQ_RATE)
  const freq = Math.min(MOST_FREQ, Math.max(-MOST_FREQ, fine))
  return { modes: ADJ_FREQUENCY | ADJ_TICK, tick, freq }
}

/** The rate that a kernel with this setting really runs at: the nearest one that can be said. */
export const rateOfTimex = ({ tick, freq }: { readonly tick: number; readonly freq: number }): Rate =>
  (tick - NOMINAL_TICK) * TICK_RATE + freq * FREQ_RATE

/** Makes the clock jump forward by `size`. The kernel wants the fraction non-negative, so seconds are rounded down. */
export function timexOfStep(size: Seconds): Timex {
  const seconds = Math.floor(size)
  const fraction = BigInt(Math.round((size - seconds) * 1e9))
  const carried = fraction === NS_PER_SECOND
  return {
    modes: ADJ_SETOFFSET | ADJ_NANO,
    timeSeconds: BigInt(seconds) + (carried ? 1n : 0n),
    timeFraction: carried ? 0n : fraction,
  }
}

/** What programs may believe of the clock. A bound is rounded up: it is a promise. */
export function timexOfClaim(claim: Claim): Timex {
  const { errorBound, jitter, leap } = claim
  const microseconds = (s: Seconds) => Math.ceil(Math.min(s, MAX_ERROR) * 1e6)
  const leapStatus = leap === 'insert' ? STA_INS : leap === 'delete' ? STA_DEL : 0
  return {
    modes: ADJ_MAXERROR | ADJ_ESTERROR | ADJ_STATUS,
    maxerrorUs: microseconds(errorBound ?? MAX_ERROR),
    esterrorUs: microseconds(errorBound === undefined ? MAX_ERROR : jitter),
    status: errorBound === undefined ? STA_UNSYNC : leapStatus,
  }
}
