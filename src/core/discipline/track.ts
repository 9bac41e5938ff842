/**
 * What one source says of our counter: how far true time is ahead of it, how fast that changes, and how wrong both
 * can be if the source is honest.
 *
 * Feed-forward: measurements lie on the counter's own scale, so steering the clock disturbs nothing here. Two
 * descriptions are kept side by side, one for use and one for honesty:
 *
 * - a *line* through the recent samples, weighted by how little their delay can have shifted them: the best guess of
 *   offset and rate;
 * - an *interval* that must contain true time: each sample's offset ± root distance, intersected with what was known
 *   before and has grown since (set membership, no statistics).
 *
 * Growth: after `a` seconds the interval has grown by ρ·a + ⅔·κ·a^1.5 + ½·α·a². ρ is how far our rate can be wrong; it follows
 * from pairs of intervals alone. κ (s/s per √s) allows the oscillator to wander like a random walk; it is learned
 * from how much the rate was seen to change, and doubled whenever intervals prove that it was too small, or a surprise
 * comes near to it. A steady change of the rate (temperature) is allowed for beside it, ½·α·a².
 */

import { magnitude, threeHalves } from '#core/number/elementary.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { KEEP, Measurements } from './measurements.ts'
import type { Interval } from './select.ts'

/** One measurement, on the counter's scale. */
export interface Observation extends Interval {
  readonly at: Seconds
  readonly offset: Seconds
  /** How much the offset scatters, for its weight in the line. */
  readonly jitter: Seconds
}

/** How fast true time passes on the counter, minus one, and how far that can be wrong. */
export interface CounterRate {
  readonly rate: Rate
  readonly rateBound: Rate
}

/** `refuted`: the measurement and what was known exclude each other, by this much beyond all allowances. */
export type Update =
  | { readonly kind: 'confirmed'; readonly innovation: Seconds }
  | { readonly kind: 'refuted'; readonly gap: Seconds }

/** No clock that can be disciplined is further off than the kernel's tick range reaches: ±10 %. */
export const UNKNOWN_RATE: Rate = 0.1
/** κ at start and κ at best, in 1/√s: 1e-6 lets the rate change by 8 ppm in 64 s, 5e-9 by 0.04 ppm. */
const WANDER_UNLEARNED = 1e-6
const WANDER_LEAST = 5e-9
/** κ is this many times the largest of the recent bends, as a random walk would have made them. */
const WANDER_MARGIN = 5
const BENDS = 32
const BENDS_NEEDED = 8
/** What bends within a shorter time tells about the network, not about the oscillator. */
const ANCHOR_SPAN: Seconds = 256
/** A rate within 100 ppm of the expected one is likely; a few good measurements outweigh this. */
const LIKELY_RATE: Rate = 1e-4
const LIKELY_WEIGHT = 1 / (LIKELY_RATE * LIKELY_RATE)
/**
 * Measurements are kept for so many times their spacing. κ is learned at that spacing; over much longer spans a steady change
 * (temperature) outgrows the random walk that it stands for.
 */
const MEMORY = 6
/** Of these, so many of the newest are paired with all earlier ones to bound the rate, … */
const RECENT = 4
/** … and so many must meet to bound the offset. */
const MEETING = 8
/** A steady change of the rate that is always allowed for: 1.8 ppm an hour, as a room warms up. */
const STEADY_CHANGE = 5e-10
/** Rounding of doubles and of nanoseconds in a chain of additions. */
const ROUNDING: Seconds = 4e-9

/** The recent ones of a history, column by column; only used within a call. */
const recentAt = new Float64Array(RECENT)
const recentLow = new Float64Array(RECENT)
const recentHigh = new Float64Array(RECENT)

/** Of a history's measurements; only used within a call, too. */
const weights = new Float64Array(KEEP)

export class Track {
  readonly #history = new Measurements()
  #at: Seconds = 0
  #offset: Seconds = 0
  #rate: Rate = 0
  #rateKnown = false
  /** What the rate is expected to be when there are too few measurements to tell. */
  #expected: Rate = 0
  #low: Seconds = Number.NEGATIVE_INFINITY
  #high: Seconds = Number.POSITIVE_INFINITY
  #rateLow: Rate = -UNKNOWN_RATE
  #rateHigh: Rate = UNKNOWN_RATE
  #rateAt: Seconds = 0
  /** How many measurements came after those that bounded the rate most tightly, from below and from above. */
  #sinceTellingLow = 0
  #sinceTellingHigh = 0
  /** The bounds of the rate from before the last pause: what has been measured since may be too little to tell. */
  #earlier: { readonly low: Rate; readonly high: Rate; readonly at: Seconds } | undefined
  #wander = WANDER_UNLEARNED
  /** The oscillator has wandered more than was allowed for, once. */
  #surprised = false
  /** No measurement has come since it was shifted: the first one shows how good that was, and nothing of the oscillator. */
  #shifted = false
  /** The last three measurements that lie far enough apart to show wander. */
  #anchors: Observation[] = []
  /** How much the line through them was bent lately, per span^1.5. */
  #bends: number[] = []

  get known(): boolean {
    return this.#history.length > 0
  }

  /** Counter time of the newest measurement. */
  get measuredAt(): Seconds {
    return this.#at
  }

  /** True seconds per counter second, minus one. Undefined before two measurements. */
  get rate(): Rate | undefined {
    return this.#rateKnown ? this.#rate : undefined
  }

  /** How far the rate can be wrong at counter time `at`. */
  rateBound(at: Seconds): Rate {
    const reach = changed(this.#wander, Math.max(0, at - this.#rateAt))
    return Math.max(this.#rateHigh - this.#rate, this.#rate - this.#rateLow) + reach
  }

  /** Best guess of true time minus the scale at counter time `at`. */
  offset(at: Seconds): Seconds {
    return this.#offset + this.#rate * (at - this.#at)
  }

  /** True time minus the scale lies in this interval at counter time `at`. */
  interval(at: Seconds): Interval {
    const age = Math.abs(at - this.#at)
    const moved = this.#rate * (at - this.#at)
    const grown = this.rateBound(this.#at) * age + wandered(this.#wander, age) + ROUNDING
    return { low: this.#low + moved - grown, high: this.#high + moved + grown }
  }

  /** What the newest measurement alone says of counter time `at`; undefined when there is none. */
  said(at: Seconds, { rate, rateBound }: CounterRate): Interval | undefined {
    const { newest } = this.#history
    if (!newest) return undefined
    const moved = rate * (at - newest.at)
    const grown = rateBound * Math.abs(at - newest.at) + ROUNDING
    return { low: newest.low + moved - grown, high: newest.high + moved + grown }
  }

  /** κ: how much the rate may change in √(1 s). */
  get wander(): number {
    return this.#wander
  }

  /** How fast an interval grows at present, for whatever must be carried over a short time. */
  get drift(): Rate {
    return this.rateBound(this.#at) + this.#wander
  }

  /**
   * The samples of all sources allow for no more wander than this. It is taken for granted until this source has bends of
   * its own, or a surprise.
   */
  assumeWander(most: number): void {
    if (this.#surprised || this.#bends.length >= BENDS_NEEDED) return
    this.#wander = clamp(WANDER_MARGIN * most, WANDER_LEAST, WANDER_UNLEARNED)
  }

  update(seen: Observation): Update {
    if (!this.known) {
      this.#restart(seen)
      return { kind: 'confirmed', innovation: 0 }
    }
    const expected = this.interval(seen.at)
    const gap = Math.max(seen.low - expected.high, expected.low - seen.high)
    if (gap > 0) {
      // A gap smaller than the measurement is wide is no jump: the oscillator wandered more than was allowed for.
      if (gap < seen.high - seen.low) this.#allowMore()
      return { kind: 'refuted', gap }
    }
    const innovation = seen.offset - this.offset(seen.at)
    if (!this.#shifted) this.#checkSurprise(innovation, seen, expected)
    this.#shifted = false
    this.#remember(seen)
    this.#learnRate(seen)
    this.#at = seen.at
    this.#meet(seen)
    this.#fit()
    this.#settleWander(seen)
    return { kind: 'confirmed', innovation }
  }

  /**
   * True time ran on by `lost` while the counter stood still. Where it is now is known less surely; how fast it runs is
   * known as before, or differs from that by `other` at most; no pair of measurements from both sides shows it.
   */
  shift(lost: Seconds, uncertainty: Seconds, other: Rate = 0): void {
    this.#anchors = []
    this.#shifted ||= uncertainty > 0
    this.#offset += lost
    this.#low += lost - uncertainty
    this.#high += lost + uncertainty
    if (!this.known) return
    this.#rateLow -= other
    this.#rateHigh += other
    this.#earlier = { low: this.#rateLow, high: this.#rateHigh, at: this.#rateAt }
    this.#expected = this.#rate
    const last = this.#history.newest!
    this.#history.startWith({
      at: last.at,
      offset: last.offset + lost,
      low: last.low + lost - uncertainty,
      high: last.high + lost + uncertainty,
      jitter: magnitude(last.jitter, uncertainty),
    })
  }

  /**
   * A sample and everything before it exclude each other. True time may have moved against the counter (a pause), or the
   * counter runs at another rate since an unknown moment (a migration): nobody can tell yet. So nothing is left of the
   * bounds, while the old rate stays the one that is expected.
   */
  restartOffset(seen: Observation): void {
    const rate = this.#rate
    this.#earlier = undefined
    this.#restart(seen)
    this.#rate = rate
    this.#expected = rate
    this.#rateLow = -UNKNOWN_RATE
    this.#rateHigh = UNKNOWN_RATE
  }

  /** Of all measurements only the newest still holds, and of the rate only what is given. */
  keepNewest({ rate, rateBound }: CounterRate): void {
    this.#restart(this.#history.newest!)
    this.#rate = rate
    this.#expected = rate
    this.#rateLow = rate - rateBound
    this.#rateHigh = rate + rateBound
    this.#earlier = { low: this.#rateLow, high: this.#rateHigh, at: this.#rateAt }
  }

  /** The counter itself changed (another host, another clocksource): nothing that was learned holds. */
  forget(): void {
    this.#history.clear()
    this.#shifted = false
    this.#earlier = undefined
    this.#rateKnown = false
    this.#expected = 0
    this.#low = Number.NEGATIVE_INFINITY
    this.#high = Number.POSITIVE_INFINITY
    this.#rate = 0
    this.#rateLow = -UNKNOWN_RATE
    this.#rateHigh = UNKNOWN_RATE
    this.#wander = WANDER_UNLEARNED
    this.#surprised = false
    this.#anchors = []
    this.#bends = []
  }

  #restart(seen: Observation): void {
    this.#history.startWith(seen)
    this.#shifted = false
    this.#at = seen.at
    this.#offset = seen.offset
    this.#low = seen.low
    this.#high = seen.high
    this.#rateAt = seen.at
    this.#anchors = []
  }

  #remember(seen: Observation): void {
    const history = this.#history
    const spacing = Math.max(ANCHOR_SPAN, seen.at - history.at[history.end - 1]!)
    history.add(seen, seen.at - MEMORY * spacing)
  }

  /**
   * Two intervals bound the mean rate between them; the rate now can differ from that mean by what the oscillator may
   * have wandered since the earlier one. All pairs of a recent and an earlier one count, and nothing older: a chain of
   * conclusions would add up whatever each of them left out.
   */
  #learnRate(seen: Observation): void {
    let low = -UNKNOWN_RATE
    let high = UNKNOWN_RATE
    if (this.#earlier) {
      const slack = changed(this.#wander, seen.at - this.#earlier.at)
      low = Math.max(low, this.#earlier.low - slack)
      high = Math.min(high, this.#earlier.high + slack)
    }
    const { at: ats, low: lows, high: highs, first, end } = this.#history
    const firstRecent = Math.max(first, end - RECENT)
    const recent = end - firstRecent
    for (let j = 0; j < recent; j++) {
      recentAt[j] = ats[firstRecent + j]! - seen.at
      recentLow[j] = lows[firstRecent + j]!
      recentHigh[j] = highs[firstRecent + j]!
    }
    // Beside lines of these slopes: the highest of the recent lower ends, the lowest of their upper ends.
    let lowSlope = low
    let highSlope = high
    let lowest = highestBeside(lowSlope, recentLow, recent)
    let highest = -highestBeside(-highSlope, recentHigh, recent, -1)
    // Those that told most the last time make the others easy to judge. One has come since.
    const tellingLow = Math.max(first, end - 2 - this.#sinceTellingLow)
    const tellingHigh = Math.max(first, end - 2 - this.#sinceTellingHigh)
    for (let k = first - 2; k < end - 1; k++) {
      const i = k >= first ? k : k === first - 1 ? tellingHigh : tellingLow
      const earlier = ats[i]! - seen.at
      const reach = changed(this.#wander, -earlier)
      const from = Math.max(0, i + 1 - firstRecent)
      const least = reach * (recentAt[from]! - earlier) - ROUNDING / 1000
      // Most say less than others did, with whomever they are paired.
      const noLow = lowest - (highs[i]! - lowSlope * earlier) <= least
      const noHigh = highest - (lows[i]! - highSlope * earlier) >= -least
      if (noLow && noHigh) continue
      for (let j = from; j < recent; j++) {
        const span = recentAt[j]! - earlier
        if (span <= 0) continue
        // And so do most pairs of the others. A product tells that, and saves the quotients.
        const rise = recentLow[j]! - highs[i]!
        const fall = recentHigh[j]! - lows[i]!
        if (rise > (low + reach) * span) low = Math.max(low, rise / span - (reach + ROUNDING / span))
        if (fall < (high - reach) * span) high = Math.min(high, fall / span + (reach + ROUNDING / span))
      }
      if (low > lowSlope) {
        lowSlope = low
        lowest = highestBeside(lowSlope, recentLow, recent)
        this.#sinceTellingLow = end - 1 - i
      }
      if (high < highSlope) {
        highSlope = high
        highest = -highestBeside(-highSlope, recentHigh, recent, -1)
        this.#sinceTellingHigh = end - 1 - i
      }
    }
    this.#rateAt = seen.at
    if (low <= high) {
      this.#rateLow = low
      this.#rateHigh = high
      return
    }
    // No rate that wanders as little as we allowed explains all intervals. Begin again from the newest pair.
    this.#allowMore()
    this.#earlier = undefined
    this.#history.keepNewest(2)
    const newest = end - 1
    const last = end - 2
    const span = Math.max(ats[newest]! - ats[last]!, 1e-3)
    const slack = changed(this.#wander, span)
    this.#rateLow = Math.max(-UNKNOWN_RATE, (lows[newest]! - highs[last]!) / span - slack)
    this.#rateHigh = Math.min(UNKNOWN_RATE, (highs[newest]! - lows[last]!) / span + slack)
  }

  /** Where the newest intervals meet, each grown by its own age. When they do not, the newest alone is believed. */
  #meet(seen: Observation): void {
    const centre = (this.#rateLow + this.#rateHigh) / 2
    const bound = (this.#rateHigh - this.#rateLow) / 2
    let low = Number.NEGATIVE_INFINITY
    let high = Number.POSITIVE_INFINITY
    const { at: ats, low: lows, high: highs, first, end } = this.#history
    for (let i = Math.max(first, end - MEETING); i < end; i++) {
      const age = seen.at - ats[i]!
      const grown = bound * age + wandered(this.#wander, age) + ROUNDING
      low = Math.max(low, lows[i]! + centre * age - grown)
      high = Math.min(high, highs[i]! + centre * age + grown)
    }
    if (low > high) this.#allowMore()
    this.#low = low > high ? seen.low : low
    this.#high = low > high ? seen.high : high
  }

  #allowMore(): void {
    this.#wander *= 2
    this.#surprised = true
  }

  /** A surprise that nearly used up what was allowed for is a warning: allow for more, before it is too little. */
  #checkSurprise(innovation: Seconds, seen: Observation, expected: Interval): void {
    const allowed = (expected.high - expected.low) / 2
    const measured = (seen.high - seen.low) / 2
    if (Math.abs(innovation) > allowed / 2 && Math.abs(innovation) > measured) this.#allowMore()
  }

  /** Weighted least squares through the history; the weight of a measurement is its width and its age. */
  #fit(): void {
    const now = this.#at
    const { at: ats, offset: offsets, jitter, first, end } = this.#history
    let w = 0
    let wt = 0
    let wx = 0
    for (let i = first; i < end; i++) {
      const weight = this.#weight(jitter[i]!, now - ats[i]!)
      weights[i - first] = weight
      w += weight
      wt += weight * (ats[i]! - now)
      wx += weight * offsets[i]!
    }
    const meanT = wt / w
    const meanX = wx / w
    let tt = 0
    let tx = 0
    for (let i = first; i < end; i++) {
      const weight = weights[i - first]!
      const t = ats[i]! - now - meanT
      tt += weight * t * t
      tx += weight * t * (offsets[i]! - meanX)
    }
    const likely = clamp(this.#expected, this.#rateLow, this.#rateHigh)
    const slope = (tx + likely * LIKELY_WEIGHT) / (tt + LIKELY_WEIGHT)
    this.#rateKnown = true
    this.#rate = clamp(slope, this.#rateLow, this.#rateHigh)
    this.#offset = clamp(meanX - this.#rate * meanT, this.#low, this.#high)
  }

  #weight(jitter: Seconds, age: Seconds): number {
    const walked = (this.#wander / WANDER_MARGIN) * threeHalves(age)
    return 1 / (jitter ** 2 + walked ** 2 + ROUNDING ** 2)
  }

  /**
   * κ follows, slowly, what is seen. Three measurements at about equal distances tell how much the rate changed
   * between them, without any opinion of ours: the third is compared with the line through the first two. Jitter only
   * makes κ larger.
   */
  #settleWander(seen: Observation): void {
    const last = this.#anchors.at(-1)
    if (last && seen.at - last.at < ANCHOR_SPAN) return
    this.#anchors.push(seen)
    if (this.#anchors.length < 3) return
    if (this.#anchors.length > 3) this.#anchors.shift()
    const [a, b, c] = this.#anchors as [Observation, Observation, Observation]
    const before = b.at - a.at
    const after = c.at - b.at
    if (after > 2 * before || before > 2 * after) return
    const bend = Math.abs(c.offset - b.offset - ((b.offset - a.offset) * after) / before)
    this.#bends.push(bend / threeHalves(after))
    if (this.#bends.length > BENDS) this.#bends.shift()
    if (this.#bends.length < BENDS_NEEDED) return
    const shown = Math.max(WANDER_MARGIN * Math.max(...this.#bends), WANDER_LEAST)
    // Up at once, down slowly.
    this.#wander = Math.max(shown, this.#wander + (shown - this.#wander) / 4)
  }
}

/** The largest of the first `count` values, taken `sign` times, beside a line of this slope through the newest moment. */
function highestBeside(slope: Rate, values: Float64Array, count: number, sign: 1 | -1 = 1): Seconds {
  let most = Number.NEGATIVE_INFINITY
  for (let j = 0; j < count; j++) most = Math.max(most, sign * values[j]! - slope * recentAt[j]!)
  return most
}

/** How much the rate can have changed after so long. */
export const changed = (wander: number, age: Seconds): Rate => wander * Math.sqrt(age) + STEADY_CHANGE * age

/** How far that can have moved the offset. */
export const wandered = (wander: number, age: Seconds): Seconds =>
  (2 / 3) * wander * threeHalves(age) + (STEADY_CHANGE / 2) * age ** 2

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
