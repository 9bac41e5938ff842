/**
 * What ntpd's measurements alone tell of its own steps. A clock whose rate is further off than ntpd corrects runs away and is
 * set, again and again: a saw-tooth. Its ramps are no jumps, and its steps are no more sudden than they, from one poll to
 * the next. But a step goes towards zero, from where the clock had been off for two polls, faster than anything slews; and a
 * ramp goes away from zero, faster than any crystal.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import type { Correction } from '../corrections/corrections.ts'
import { once } from '../order/once.ts'
import { grown } from '../statistics/grown.ts'
import { Largest } from '../statistics/largest.ts'

/** A clock that is off by this twice in a row is no bad measurement. */
const OFF: Seconds = 0.1
/** What a crystal, ntpd and the kernel may do together ends below. */
const SLEWED: Rate = 3000e-6
/** Beyond what ntpd has left to correct of a crystal, and up to where a clock does not run but leap. */
const RAMP: Rate = 100e-6
const LEAP: Rate = 0.01
/** Measurements that are nearer say nothing of a rate. */
const APART: Seconds = 16
const MOST = 2048
const FEWEST = 3
/** Of the whole time: on a ramp to one side, and of that: on one to the other. */
const MOSTLY = 0.4
const HARDLY = 0.3

const FIELDS = 7
const AT = 0
const OFFSET = 1
const BEFORE = 2
const BEHIND = 3
const AHEAD = 4
const MOVED = 5
const DELAY = 6

export class SawTooth {
  readonly #resets = new Map<number, Largest<Correction>>()
  #state: Float64Array = new Float64Array(16 * FIELDS)

  constructor() {
    this.#forget(0)
  }

  /** None of the offsets is worse than this. */
  add(block: SampleBlock, worst: Seconds): void {
    if (worst <= OFF) {
      this.#forget(0)
      return
    }
    const { at, source, offset, delay, rows } = block
    for (let row = 0; row < rows; row++) {
      const value = offset[row]!
      if (Number.isNaN(value)) continue
      const who = source[row]!
      const s = who * FIELDS
      if (s + FIELDS > this.#state.length) this.#grow(s + FIELDS)
      const state = this.#state
      const before = state[s + OFFSET]!
      const wait = at[row]! - state[s + AT]!
      const change = value - before
      const size = Math.abs(change)
      if (
        size > SLEWED * Math.max(1, wait) &&
        // An offset is wrong by half of the delay at most.
        !(Math.abs(before) < state[s + DELAY]!) &&
        isReset(state[s + BEFORE]!, before, value)
      )
        this.#of(who).offer({
          at: at[row]!,
          size: -change,
          by: 'step',
          file: block.file,
          line: block.line[row]!,
        })
      else if (
        size > RAMP * wait &&
        size < LEAP * wait &&
        wait >= APART &&
        value * before > 0 &&
        Math.abs(value) > Math.abs(before)
      ) {
        state[s + (change > 0 ? BEHIND : AHEAD)]! += wait
        state[s + MOVED]! += change
      }
      state[s + DELAY] = delay[row]!
      state[s + BEFORE] = before
      state[s + OFFSET] = value
      state[s + AT] = at[row]!
    }
  }

  /** How many sources saw steps. */
  get witnesses(): number {
    return this.#resets.size
  }

  /** The steps, as the source saw them that saw most. */
  get resets(): readonly Correction[] {
    const most = [...this.#resets.values()].sort((a, b) => b.offered - a.offered)[0]
    return once(most?.all ?? [], ({ at, size }) => `${at} ${size}`)
  }

  /** At what rate the clock ran away between its steps, as all sources saw it that were heard for `time` in all. */
  rate(time: Seconds): Rate | undefined {
    let [behind, ahead, moved] = [0, 0, 0]
    for (let s = 0; s < this.#state.length; s += FIELDS) {
      behind += this.#state[s + BEHIND]!
      ahead += this.#state[s + AHEAD]!
      moved += this.#state[s + MOVED]!
    }
    const [more, less] = [Math.max(behind, ahead), Math.min(behind, ahead)]
    if (this.resets.length < FEWEST || more < MOSTLY * time || less > HARDLY * more) return undefined
    return moved / (more + less)
  }

  /** What comes next does not follow what was last. */
  #forget(from: number): void {
    const state = this.#state
    for (let s = from; s < state.length; s += FIELDS)
      state[s + AT] = state[s + OFFSET] = state[s + BEFORE] = Number.NaN
  }

  #of(source: number): Largest<Correction> {
    const of = this.#resets.get(source) ?? new Largest<Correction>(MOST, () => 1)
    this.#resets.set(source, of)
    return of
  }

  #grow(least: number): void {
    const old = this.#state.length
    this.#state = grown(this.#state, least)
    this.#forget(old)
  }
}

/** Off twice, and then nearer to zero, a little beyond it perhaps. */
const isReset = (first: Seconds, second: Seconds, then: Seconds): boolean =>
  Math.abs(second) >= STEP_THRESHOLD &&
  Math.abs(first) >= OFF &&
  first * second > 0 &&
  Math.abs(then) < 0.75 * Math.abs(second)
