/**
 * Where ntpd's measurements show a clock that runs away from it: ramps, away from zero, that begin again after each step. A clock
 * that stood still or was set is off by as much at the next measurement; this one goes on. With the frequency that ntpd
 * corrects at that time it is the clock's own rate.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import { FRESH_DISPERSION } from '../disturbances/changes.ts'
import { grown } from '../statistics/grown.ts'
import { type Summary, Windows } from '../statistics/windows.ts'

/** A network hides less than that; where nothing is further off than twice that, nothing ran away. */
const OFF: Seconds = 0.025
/** Measurements that are nearer say nothing of a rate, and those further apart may have anything between them. */
const APART: Seconds = 60
const TOGETHER: Seconds = 7200
/** What temperature does ends below, and what jumps begins above. */
const LEAST: Rate = 20e-6
const MOST: Rate = 3000e-6

const FIELDS = 3
const AT = 0
const OFFSET = 1
/** How many ramps in a row, to one side. */
const RUN = 2

export class Ramps {
  #state: Float64Array = new Float64Array(16 * FIELDS)
  readonly #sources = new Set<number>()
  readonly #windows = new Windows()
  readonly #stood = new Windows()
  readonly #at = new Float64Array(1)
  readonly #rate = new Float64Array(1)

  constructor() {
    this.#forget(0)
  }

  /** None of the offsets is worse than this. */
  add(block: SampleBlock, worst: Seconds): void {
    if (worst <= 2 * OFF) {
      this.#forget(0)
      return
    }
    const { at, source, offset, delay, dispersion, exchanges, rows } = block
    for (let row = 0; row < rows; row++) {
      const value = offset[row]!
      if (Number.isNaN(value)) continue
      const who = source[row]!
      const s = who * FIELDS
      if (s + FIELDS > this.#state.length) this.#grow(s + FIELDS)
      const state = this.#state
      const from = state[s + AT]!
      const wait = at[row]! - from
      const rate = (value - state[s + OFFSET]!) / wait
      if (wait >= APART && Math.abs(rate) < MOST && (exchanges || dispersion[row]! < FRESH_DISPERSION)) {
        const size = Math.abs(value)
        // An offset is wrong by half of the delay at most.
        const away = size > OFF && !(size <= delay[row]! / 2) && size > Math.abs(state[s + OFFSET]!)
        const ramp = wait < TOGETHER && away && Math.abs(rate) > LEAST
        const run = state[s + RUN]!
        state[s + RUN] = !ramp ? 0 : run * rate > 0 ? run + Math.sign(rate) : Math.sign(rate)
        if (Math.abs(state[s + RUN]!) > 1) this.#found(who, from + wait / 2, rate)
        else if (wait < TOGETHER && Math.abs(rate) < LEAST) this.#put(this.#stood, from + wait / 2, rate)
      }
      state[s + AT] = at[row]!
      state[s + OFFSET] = value
    }
  }

  /** How many sources saw them. */
  get witnesses(): number {
    return this.#sources.size
  }

  /** Mean rates while they lasted. Positive: the clock lost. */
  get all(): Summary[] {
    return this.#windows.all(Number.POSITIVE_INFINITY)
  }

  /** Rates where the clock went no further from one measurement to the next. */
  get stood(): Summary[] {
    return this.#stood.all(Number.POSITIVE_INFINITY)
  }

  #found(source: number, at: Seconds, rate: Rate): void {
    this.#sources.add(source)
    this.#put(this.#windows, at, rate)
  }

  #put(windows: Windows, at: Seconds, rate: Rate): void {
    this.#at[0] = at
    this.#rate[0] = rate
    windows.add(this.#at, this.#rate, 1)
  }

  /** What comes next does not follow what was last. */
  #forget(from: number): void {
    const state = this.#state
    for (let s = from; s < state.length; s += FIELDS) {
      state[s + AT] = state[s + OFFSET] = Number.NaN
      state[s + RUN] = 0
    }
  }

  #grow(least: number): void {
    const old = this.#state.length
    this.#state = grown(this.#state, least)
    this.#forget(old)
  }
}
