/**
 * One idea of how much the counter wanders, carried through: a Kalman filter for the counter's offset x and rate f, and
 * for what the unequal halves of each path add to its samples, b.
 *
 *     x' = f,   f' = white noise of density q²   (frequency random walk: q in s/s per √s)
 *     sample of source i = x + b_i + noise
 *
 * All variances are known only up to one common factor, which the surprises themselves tell: it is taken out of the
 * likelihood (Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, section 3.4.1).
 */
import { logarithm } from '#core/number/elementary.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

/** White frequency noise of a counter that does not wander at all, per √s. */
const WHITE = 2e-9
/** How many samples the likelihood remembers. */
const MEMORY = 100
/** A surprise of more than this many standard deviations is taken for one of so many: bad luck happens. */
const LIMIT = 4
/** No surprise is doubted before there were so many. */
const SETTLING = 4

/** No network is this much better than its delays let one think. */
const LEAST_FACTOR = 1e-6

const X = 0
const F = 1

export class Hypothesis {
  readonly wander: number
  #at: Seconds = 0
  /** x, f, and what each path adds; … */
  #state: Float64Array
  /** … and their covariances, row by row up to the diagonal: beyond it they are the same, and nothing is kept. */
  #p: Float64Array
  /** How much of a surprise belongs to each part of the state, but for a factor; only used within an update. */
  #gains = new Float64Array(2)
  #logs = 0
  #squares = 0
  #weight = 0
  #count = 0
  // What follows from these, as of the last sample: it is asked for far more often than samples come.
  #scale = 1
  #likelihood = 0

  constructor(wander: number, at: Seconds, offset: Seconds, rate: Rate, rateDeviation: Rate) {
    this.wander = wander
    this.#at = at
    this.#state = Float64Array.of(offset, rate)
    this.#p = Float64Array.of(0, 0, 0, rateDeviation ** 2)
  }

  get at(): Seconds {
    return this.#at
  }

  get rate(): Rate {
    return this.#state[F]!
  }

  offset(at: Seconds): Seconds {
    return this.#state[X]! + this.#state[F]! * (at - this.#at)
  }

  /** The common factor of all deviations, learned from surprises. */
  get scale(): number {
    return this.#scale
  }

  /** There were surprises enough to judge by. */
  get settled(): boolean {
    return this.#count >= 2 * SETTLING
  }

  /** Logarithm of how likely the recent samples were, up to a constant common to all hypotheses. */
  get logLikelihood(): number {
    return this.#likelihood
  }

  /** Standard deviation of the offset at a later time. */
  deviation(at: Seconds): Seconds {
    const t = Math.max(0, at - this.#at)
    const p = this.#p
    const n = this.#state.length
    const carried = p[X]! + 2 * t * p[F * n]! + t * t * p[F * n + F]!
    return this.#scale * Math.sqrt(carried + (this.wander ** 2 * t * t * t) / 3 + WHITE ** 2 * t)
  }

  get rateDeviation(): Rate {
    return this.scale * Math.sqrt(this.#p[F * this.#state.length + F]!)
  }

  /** What a sample of this source should say at a moment, now or later, and how far that may be wrong. */
  expect(at: Seconds, source: number): { readonly offset: Seconds; readonly deviation: Seconds } {
    const b = 2 + source
    const p = this.#p
    const n = this.#state.length
    const common = p[b * n + b]! + 2 * (p[b * n]! + Math.max(0, at - this.#at) * p[b * n + F]!)
    const deviation = Math.sqrt(Math.max(0, this.deviation(at) ** 2 + common * this.scale ** 2))
    return { offset: this.offset(at) + this.#state[b]!, deviation }
  }

  /** A further source; returns its index. It says `by` more than the counter, give or take what its halves may differ. */
  addSource(by: Seconds, deviation: Seconds): number {
    const n = this.#state.length
    const p = new Float64Array((n + 1) ** 2)
    for (let i = 0; i < n; i++) p.set(this.#p.subarray(i * n, (i + 1) * n), i * (n + 1))
    p[(n + 1) ** 2 - 1] = deviation ** 2
    this.#p = p
    this.#state = Float64Array.of(...this.#state, by)
    this.#gains = new Float64Array(n + 1)
    return n - 2
  }

  removeSource(source: number): void {
    const n = this.#state.length
    const gone = 2 + source
    this.#p = this.#p.filter((_, at) => at % n !== gone && Math.floor(at / n) !== gone)
    this.#state = this.#state.filter((_, i) => i !== gone)
  }

  /** This source says `by` more than before, give or take: its path is another one, or its clock. */
  loosen(source: number, by: Seconds, deviation: Seconds): void {
    const b = 2 + source
    this.#state[b]! += by
    this.#p[b * this.#state.length + b]! += deviation ** 2
  }

  /** The counter has run at another rate for a while: by about `turn`, and has come off by about `gap`. */
  turn(turn: Rate, gap: Seconds): void {
    this.#p[X]! += (gap / this.scale) ** 2
    this.#p[F * this.#state.length + F]! += (turn / this.scale) ** 2
  }

  /** True time jumped by `by`, give or take, while the counter stood still. */
  shift(by: Seconds, deviation: Seconds): void {
    this.#state[X]! += by
    this.#p[X]! += deviation ** 2
  }

  /** The offset is what a sample says, whatever it was before; rate and paths stay as they are known. */
  restart(at: Seconds, offset: Seconds, deviation: Seconds, source: number): void {
    this.#advance(at)
    const b = 2 + source
    const p = this.#p
    const n = this.#state.length
    this.#state[X] = offset - this.#state[b]!
    for (let i = 1; i < n; i++) p[i * n] = -(i <= b ? p[b * n + i]! : p[i * n + b]!)
    p[X] = p[b * n + b]! + deviation ** 2
  }

  /**
   * `most`: how far the sample can be wrong at most. A surprise may be bad luck up to there; beyond, it is the counter.
   */
  update(at: Seconds, offset: Seconds, deviation: Seconds, most: Seconds, source: number): void {
    this.#advance(at)
    const b = 2 + source
    const p = this.#p
    const state = this.#state
    const n = state.length
    const surprise = offset - state[X]! - state[b]!
    const gains = this.#gains
    for (let i = 0; i < n; i++) gains[i] = p[i * n]! + (i < b ? p[b * n + i]! : p[i * n + b]!)
    // Rounding may leave less than nothing.
    const certain = Math.max(0, gains[X]! + gains[b]!)
    let s = certain + deviation ** 2
    const expected = LIMIT * this.scale * Math.sqrt(s)
    const strange = this.#count >= SETTLING && Math.abs(surprise) > expected
    if (strange) s = Math.max(s, Math.min(s * (surprise / expected) ** 2, certain + most ** 2))
    for (let i = 0, row = 0; i < n; i++, row += n) {
      const gain = gains[i]! / s
      state[i]! += gain * surprise
      for (let j = 0; j <= i; j++) p[row + j]! -= gain * gains[j]!
    }
    this.#learn(surprise ** 2 / s, logarithm(s))
  }

  #learn(square: number, log: number): void {
    const forget = 1 - 1 / MEMORY
    this.#count++
    this.#logs = forget * this.#logs + log
    this.#squares = forget * this.#squares + square
    this.#weight = forget * this.#weight + 1
    if (this.#count < SETTLING) return
    // Surprises that were all zero would be too good to be true.
    const factor = Math.max(this.#squares / this.#weight, LEAST_FACTOR)
    this.#scale = Math.sqrt(factor)
    this.#likelihood = -0.5 * (this.#logs + this.#weight * logarithm(factor))
  }

  #advance(at: Seconds): void {
    const t = at - this.#at
    if (t <= 0) return
    this.#at = at
    const p = this.#p
    const n = this.#state.length
    const q = this.wander ** 2
    this.#state[X]! += t * this.#state[F]!
    // x takes on what f has in common with everything.
    p[X]! += t * p[F * n]!
    for (let i = 1; i < n; i++) p[i * n]! += t * p[i * n + F]!
    p[X]! += t * p[F * n]! + (q * t * t * t) / 3 + WHITE ** 2 * t
    p[F * n]! += (q * t ** 2) / 2
    p[F * n + F]! += q * t
  }
}
