/**
 * One source of ntpd-rs (algorithm/kalman/source.rs): eight samples are averaged first, then a Kalman filter follows. It learns
 * how much the clocks wander from how well its own predictions come true, and asks as often as makes each answer count for
 * about half.
 */
import type { PollLog2, Rate, Seconds } from '#core/time/units.ts'
import type { NtpdRsSettings } from '#dialects/ntpd-rs/conf.ts'
import { absorb, likelihood, progress, type State } from './kalman.ts'

export interface Measured {
  readonly offset: Seconds
  readonly delay: Seconds
  /** By the counter, in seconds since the start. */
  readonly at: Seconds
  /** The wall clock minus the counter, without the steps that ntpd-rs made itself. */
  readonly lead: Seconds
}

export interface Snapshot {
  readonly state: State
  readonly delay: Seconds
}

const AVERAGED = 8
const INITIAL_FREQUENCY: Rate = 100e-6
/** While it has no idea. */
const NO_FREQUENCY = 100
const INITIAL_WANDER = 1e-8
const OUTLIER = 5
/** Somebody else sets the clock. */
const MEDDLING: Seconds = 5
const HYSTERESIS = 16
const LOW_WEIGHT = 0.4
const HIGH_WEIGHT = 0.6
const STEP_LIKELIHOOD = 1e-6
const WELL_EXPECTED = 1 / 3
const BADLY_EXPECTED = 2 / 3
const LEAST_WEIGHT = 0.1

interface Stable {
  state: State
  at: Seconds
  wander: number
  precisionScore: number
  pollScore: number
  poll: PollLog2
  wasOutlier: boolean
  last: Measured
}

export class Filter {
  readonly #settings: NtpdRsSettings
  readonly #delays: Seconds[] = []
  readonly #offsets: Seconds[] = []
  #stable: Stable | undefined

  constructor(settings: NtpdRsSettings) {
    this.#settings = settings
  }

  get poll(): PollLog2 {
    return this.#stable?.poll ?? this.#settings.pollMin
  }

  /** Whether the clock may need another correction. */
  take(measured: Measured): boolean {
    const stable = this.#stable
    if (!stable) {
      this.#begin(measured)
      return true
    }
    const untouched = Math.abs(measured.lead - stable.last.lead) <= MEDDLING
    if (untouched) return this.#follow(stable, measured)
    this.#stable = undefined
    this.#delays.length = 0
    this.#offsets.length = 0
    return false
  }

  /** As of `at`; undefined while nothing is known. */
  snapshot(at: Seconds): Snapshot | undefined {
    const stable = this.#stable
    if (stable) {
      this.#progress(stable, at)
      return { state: stable.state, delay: mean(this.#delays) }
    }
    if (this.#offsets.length === 0) return undefined
    const delay = Math.max(...this.#delays)
    const offset = mean(this.#offsets)
    // The delay stands in for a variance.
    const state = {
      offset,
      frequency: 0,
      offsetVariance: delay,
      covariance: 0,
      frequencyVariance: NO_FREQUENCY,
    }
    return { state, delay }
  }

  stepped(by: Seconds): void {
    for (const [i, offset] of this.#offsets.entries()) this.#offsets[i] = offset - by
    if (this.#stable) this.#stable.state = { ...this.#stable.state, offset: this.#stable.state.offset - by }
  }

  /** The clock gains `by` more from `at` on. */
  sped(by: Rate, at: Seconds): void {
    const stable = this.#stable
    if (!stable) return
    this.#progress(stable, at)
    stable.state = { ...stable.state, frequency: stable.state.frequency - by }
  }

  #begin(measured: Measured): void {
    this.#delays.push(measured.delay)
    this.#offsets.push(measured.offset)
    if (this.#offsets.length < AVERAGED) return
    this.#stable = {
      state: {
        offset: mean(this.#offsets),
        frequency: 0,
        offsetVariance: variance(this.#offsets),
        covariance: 0,
        frequencyVariance: INITIAL_FREQUENCY ** 2,
      },
      at: measured.at,
      wander: INITIAL_WANDER ** 2,
      precisionScore: 0,
      pollScore: 0,
      poll: this.#settings.initialPoll,
      wasOutlier: false,
      last: measured,
    }
  }

  #follow(stable: Stable, measured: Measured): boolean {
    const { delay } = measured
    const limit = OUTLIER * Math.sqrt(variance(this.#delays))
    if (!stable.wasOutlier && delay - mean(this.#delays) > limit) {
      stable.wasOutlier = true
      return false
    }
    stable.wasOutlier = false
    this.#progress(stable, measured.at)
    this.#delays.shift()
    this.#delays.push(delay)
    const period = measured.at - stable.last.at
    const { state, chi, weight } = absorb(stable.state, measured.offset, variance(this.#delays) / 4)
    stable.state = state
    stable.last = measured
    const likely = likelihood(chi)
    learnWander(stable, likely, weight)
    this.#choosePoll(stable, likely, weight, period)
    return true
  }

  #progress(stable: Stable, at: Seconds): void {
    if (at <= stable.at) return
    stable.state = progress(stable.state, at - stable.at, stable.wander)
    stable.at = at
  }

  #choosePoll(stable: Stable, likely: number, weight: number, period: Seconds): void {
    const { pollMin, pollMax } = this.#settings
    const part = period / 2 ** stable.poll
    // Who asks more or less often than he wants has no reason to want even more, or less.
    if (weight < LOW_WEIGHT && part > 0.75) stable.pollScore--
    else if (weight > HIGH_WEIGHT && part < 1.4) stable.pollScore++
    else stable.pollScore -= Math.sign(stable.pollScore)
    if (likely <= STEP_LIKELIHOOD) {
      stable.poll = pollMin
      stable.pollScore = 0
    } else if (Math.abs(stable.pollScore) >= HYSTERESIS) {
      stable.poll = Math.max(pollMin, Math.min(pollMax, stable.poll - Math.sign(stable.pollScore)))
      stable.pollScore = 0
    }
  }
}

/** What is expected too well wanders less than was thought, and the other way round. */
function learnWander(stable: Stable, likely: number, weight: number): void {
  const surprise = 1 - likely
  if (surprise < WELL_EXPECTED && weight > LEAST_WEIGHT) stable.precisionScore--
  else if (surprise > BADLY_EXPECTED) stable.precisionScore++
  else stable.precisionScore -= Math.sign(stable.precisionScore)
  if (Math.abs(stable.precisionScore) < HYSTERESIS) return
  stable.wander *= stable.precisionScore < 0 ? 1 / 4 : 4
  stable.precisionScore = 0
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function variance(values: readonly number[]): number {
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
}
