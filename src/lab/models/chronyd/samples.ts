/**
 * What chronyd remembers of one source, and the line that it draws through it (facts: sourcestats.c of chrony 4.3): up to 64
 * samples, and as many older ones that only help to see whether the line still fits.
 *
 * Times and offsets lie on the clock's scale of memories (see `clock.ts`), so that no correction of the clock ever touches
 * them; a line is turned into today's terms when it is asked for.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import { type ChronyClock, within } from './clock.ts'
import {
  DelaySlope,
  fitLine,
  LEAST_SAMPLES,
  type Line,
  MOST_POINTS,
  type Points,
  RUNS_RATIO,
  studentT,
} from './regression.ts'

const MOST_SAMPLES = 64
const WORST_FREQUENCY: Rate = 2000e-6
const WORST_DEVIATION: Seconds = 4
const LEAST_SKEW: Rate = 1e-12
const GREATEST_SKEW: Rate = 100
const LEAST_DEVIATION: Seconds = 1e-9
/** How a sample's deviation is thought to follow from what its delay exceeds the least by. */
const DEVIATION_TO_DISTANCE = 0.7
const GREATEST_ASYMMETRY = 0.5
const LEAST_ASYMMETRY = 0.45
const LEAST_ASYMMETRY_RUN = 10
const GREATEST_ASYMMETRY_RUN = 1000
/** So many samples make the packet tests trust the statistics. */
const LEAST_FOR_DELAY_TESTS = 6

/**
 * A measurement as a packet gives it: at cooked time, offset positive when the clock is slow, as NTP has it. Each source has
 * one, which is written anew with each packet.
 */
export interface ChronySample {
  at: Seconds
  offset: Seconds
  delay: Seconds
  dispersion: Seconds
  rootDelay: Seconds
  rootDispersion: Seconds
}

export interface SampleLimits {
  readonly minsamples: number
  /** 0: as many as there is room for. */
  readonly maxsamples: number
  readonly mindelay: Seconds
  readonly asymmetry: number | undefined
  readonly maxjitter: Seconds
  readonly precision: Seconds
}

/** What selection looks at. Each source has one, which is written anew when it is asked for. */
export interface Interval {
  low: Seconds
  high: Seconds
  rootDistance: Seconds
  deviation: Seconds
  firstAgo: Seconds
  lastAgo: Seconds
}

/** What a source says of the clock, at cooked time `at`. Written anew when it is asked for, too. */
export interface Tracking {
  at: Seconds
  offset: Seconds
  offsetSd: Seconds
  frequency: Rate
  frequencySd: Rate
  skew: Rate
  rootDelay: Seconds
  rootDispersion: Seconds
}

export const blankTracking = (): Tracking => ({
  at: 0,
  offset: 0,
  offsetSd: 0,
  frequency: 0,
  frequencySd: 0,
  skew: 0,
  rootDelay: 0,
  rootDispersion: 0,
})

export class Samples {
  readonly #clock: ChronyClock
  readonly #limits: SampleLimits
  readonly #most: number
  readonly #least: number
  /** Oldest first; the last `#count` up to `#end` are samples, `#older` before them only show runs. */
  readonly #times = new Float64Array(MOST_POINTS)
  readonly #offsets = new Float64Array(MOST_POINTS)
  readonly #delays = new Float64Array(MOST_POINTS)
  readonly #distances = new Float64Array(MOST_POINTS)
  readonly #rootDelays = new Float64Array(MOST_POINTS)
  readonly #rootDispersions = new Float64Array(MOST_POINTS)
  readonly #straightened = new Float64Array(MOST_POINTS)
  readonly #points: Points = {
    x: this.#times,
    y: this.#offsets,
    distances: this.#distances,
    free: 0,
    steepness: 0,
    oldest: 0,
    first: 0,
    end: 0,
  }
  readonly #straightPoints: Points = { ...this.#points, y: this.#straightened }
  readonly #delaySlope = new DelaySlope()
  /** What of the arrays its sums are over; to be begun anew when they do not reach the last but one. */
  #summedFrom = 0
  #summedTo = -1
  readonly #line: Line = {
    intercept: 0,
    interceptSd: 0,
    slope: 0,
    slopeSd: 0,
    variance: 0,
    first: 0,
    degrees: 0,
  }
  readonly #tracking = blankTracking()
  readonly #interval: Interval = { low: 0, high: 0, rootDistance: 0, deviation: 0, firstAgo: 0, lastAgo: 0 }
  /** The distances of the samples in order of size. */
  readonly #sorted = new Float64Array(MOST_SAMPLES)
  /** The samples that are nearer than all that came after them, oldest first. */
  readonly #candidates = new Int16Array(MOST_POINTS)
  #candidatesFrom = 0
  #candidatesTo = 0
  #end = 0
  #count = 0
  #older = 0
  /** Where the least delay and the least root distance are. */
  #leastDelay = 0
  #best = 0
  #fits = false
  #asymmetry = 0
  #asymmetryRun = 0
  // The line, on the scale of memories.
  #lineAt: Seconds = 0
  #lineOffset: Seconds = 0
  #lineSlope: Rate = 0
  #offsetSd: Seconds = WORST_DEVIATION
  #frequencySd: Rate = WORST_FREQUENCY
  #skew: Rate = WORST_FREQUENCY
  #deviation: Seconds = WORST_DEVIATION

  constructor(clock: ChronyClock, limits: SampleLimits) {
    this.#clock = clock
    this.#limits = limits
    this.#most = limits.maxsamples > 0 ? Math.min(limits.maxsamples, MOST_SAMPLES) : MOST_SAMPLES
    this.#least = within(1, limits.minsamples, this.#most)
    this.reset()
  }

  get count(): number {
    return this.#count
  }

  get skew(): Rate {
    return this.#skew
  }

  get deviation(): Seconds {
    return this.#deviation
  }

  get leastDelay(): Seconds {
    const { mindelay } = this.#limits
    if (mindelay > 0) return mindelay
    return this.#count === 0 ? Number.POSITIVE_INFINITY : this.#delays[this.#leastDelay]!
  }

  /** Half the width of the interval in which the frequency is thought to lie, as packets are judged by it. */
  get frequencyBound(): Rate {
    return Math.min(this.#skew, WORST_FREQUENCY)
  }

  reset(): void {
    this.#count = 0
    this.#older = 0
    this.#fits = false
    this.#asymmetry = 0
    this.#asymmetryRun = 0
    this.#summedTo = -1
    this.#candidatesFrom = 0
    this.#candidatesTo = 0
    this.#lineAt = 0
    this.#lineOffset = 0
    this.#lineSlope = -this.#clock.drift
    this.#offsetSd = WORST_DEVIATION
    this.#frequencySd = WORST_FREQUENCY
    this.#skew = WORST_FREQUENCY
    this.#deviation = WORST_DEVIATION
  }

  accumulate(sample: ChronySample): void {
    if (this.#count === this.#most) this.#dropOldest(1)
    const time = this.#clock.remember(sample.at)
    if (this.#count > 0 && time <= this.#times[this.#end - 1]!) this.reset()
    if (this.#end === MOST_POINTS) this.#makeRoom()
    const i = this.#end++
    const { mindelay } = this.#limits
    const delay = sample.delay < mindelay ? 2 * mindelay - sample.delay : sample.delay
    const added = this.#clock.dispersion
    this.#times[i] = time
    this.#offsets[i] = -sample.offset - this.#clock.behindOf(time)
    this.#delays[i] = delay
    this.#distances[i] = 0.5 * delay + sample.dispersion - added
    this.#rootDelays[i] = sample.rootDelay
    this.#rootDispersions[i] = sample.rootDispersion - added
    if (this.#count === 0 || delay < this.#delays[this.#leastDelay]!) this.#leastDelay = i
    insert(this.#sorted, this.#count, this.#distances[i]!)
    this.#addCandidate(i)
    this.#count++
    this.#regress()
  }

  /** Positive: fast. */
  predictOffset(at: Seconds): Seconds {
    if (this.#count >= LEAST_SAMPLES) return this.#offsetNow() + (at - this.#atNow()) * this.#frequencyNow()
    if (this.#count === 0) return 0
    return this.#offsetOf(this.#end - 1)
  }

  /** Undefined before there are enough samples. */
  interval(now: Seconds): Interval | undefined {
    const only = this.#count < LEAST_SAMPLES && this.#count > 0 && this.#count === this.#most
    if (!this.#fits && !only) return undefined
    const best = this.#best
    const elapsed = Math.abs(now - this.#timeOf(best))
    const offset = this.#offsetOf(best) + elapsed * this.#frequencyNow()
    const rootDistance = 0.5 * this.#rootDelays[best]! + this.#rootDispersionOf(best) + elapsed * this.#skew
    const interval = this.#interval
    interval.low = offset - rootDistance
    interval.high = offset + rootDistance
    interval.rootDistance = rootDistance
    interval.deviation = this.#fits ? this.#deviation : this.#limits.maxjitter
    interval.firstAgo = now - this.#timeOf(this.#end - this.#count)
    interval.lastAgo = now - this.#timeOf(this.#end - 1)
    return interval
  }

  tracking(): Tracking {
    const best = this.#best
    const at = this.#atNow()
    const elapsed = at - this.#timeOf(best)
    const tracking = this.#tracking
    tracking.at = at
    tracking.offset = this.#offsetNow()
    tracking.offsetSd = this.#offsetSd
    tracking.frequency = this.#frequencyNow()
    tracking.frequencySd = this.#frequencySd
    tracking.skew = this.#skew
    tracking.rootDelay = this.#rootDelays[best]!
    tracking.rootDispersion = this.#rootDispersionOf(best) + this.#skew * elapsed + this.#offsetSd
    return tracking
  }

  /** How long since the line's end, when the packet tests may rely on it. */
  elapsedForTests(at: Seconds): Seconds | undefined {
    return this.#count < LEAST_FOR_DELAY_TESTS ? undefined : at - this.#atNow()
  }

  #atNow(): Seconds {
    return this.#clock.recall(this.#lineAt)
  }

  #offsetNow(): Seconds {
    return this.#lineOffset + this.#clock.behindOf(this.#lineAt)
  }

  #frequencyNow(): Rate {
    const { drift } = this.#clock
    return (this.#lineSlope + drift) / (1 + drift)
  }

  #timeOf(i: number): Seconds {
    return this.#clock.recall(this.#times[i]!)
  }

  #offsetOf(i: number): Seconds {
    return this.#offsets[i]! + this.#clock.behindOf(this.#times[i]!)
  }

  #rootDispersionOf(i: number): Seconds {
    return this.#rootDispersions[i]! + this.#clock.dispersion
  }

  #regress(): void {
    const first = this.#end - this.#count
    const last = this.#end - 1
    this.#weigh()
    const line = this.#line
    this.#lineAt = this.#times[last]!
    this.#fits = fitLine(this.#pointsToFit(first), this.#least, line)
    if (!this.#fits) {
      this.#lineOffset = this.#offsets[last]!
      this.#skew = WORST_FREQUENCY
      this.#frequencySd = WORST_FREQUENCY
      this.#offsetSd = WORST_DEVIATION
      this.#deviation = WORST_DEVIATION
    } else {
      const scale = 1 + this.#clock.drift
      const slopeSd = line.slopeSd / scale
      this.#lineOffset = line.intercept
      this.#lineSlope = line.slope
      this.#frequencySd = within(LEAST_SKEW, slopeSd, GREATEST_SKEW)
      this.#skew = within(LEAST_SKEW, slopeSd * studentT(line.degrees), GREATEST_SKEW)
      this.#offsetSd = line.interceptSd
      this.#deviation = Math.max(LEAST_DEVIATION, Math.sqrt(line.variance))
      this.#dropOldest(line.first - first)
    }
    this.#findBest()
  }

  /** The farther a sample's distance lies above the least, measured by how far the median does, the less it counts. */
  #weigh(): void {
    const { precision } = this.#limits
    const added = this.#clock.dispersion
    const middle = this.#count >> 1
    const sorted = this.#sorted
    const least = sorted[0]! + added
    const median =
      this.#count % 2 === 1 ? sorted[middle]! + added : 0.5 * (sorted[middle]! + sorted[middle - 1]!) + added
    const deviation = within(precision, (median - least) / DEVIATION_TO_DISTANCE, least)
    this.#points.steepness = 1 / deviation
    this.#points.free = least + precision - added
  }

  #pointsToFit(first: number): Points {
    const { asymmetry } = this.#limits
    const points = this.#points
    points.oldest = first - this.#older
    points.first = first
    points.end = this.#end
    if (asymmetry === 0) return points
    const least = this.leastDelay
    if (asymmetry !== undefined && Math.abs(asymmetry) <= GREATEST_ASYMMETRY) this.#asymmetry = asymmetry
    else if (!this.#estimateAsymmetry(this.#followWindow(points.oldest))) return points
    return this.#straighten(points, least)
  }

  /** How offsets follow delays in the window of samples that begins at `oldest` now. */
  #followWindow(oldest: number): number | undefined {
    const slope = this.#delaySlope
    if (this.#summedTo < this.#end - 1) {
      this.#summedFrom = oldest
      this.#summedTo = oldest
      slope.startAt(this.#times[oldest]!, this.#delays[oldest]!, this.#offsets[oldest]!)
    }
    for (; this.#summedFrom < oldest; this.#summedFrom++) this.#sum(this.#summedFrom, -1)
    for (; this.#summedTo < this.#end; this.#summedTo++) this.#sum(this.#summedTo, 1)
    return slope.slope
  }

  #sum(i: number, count: 1 | -1): void {
    this.#delaySlope.add(this.#times[i]!, this.#delays[i]!, this.#offsets[i]!, count)
  }

  /** Offsets as they would be if no packet had waited, when the network's jitter is seen to lie on one of its ways. */
  #straighten({ oldest, first, end, free, steepness }: Points, least: Seconds): Points {
    for (let i = oldest; i < end; i++)
      this.#straightened[i] = this.#offsets[i]! - this.#asymmetry * (this.#delays[i]! - least)
    const points = this.#straightPoints
    points.oldest = oldest
    points.first = first
    points.end = end
    points.free = free
    points.steepness = steepness
    return points
  }

  #estimateAsymmetry(slope: number | undefined): boolean {
    if (slope === undefined || slope * this.#asymmetryRun < 0) {
      this.#asymmetry = 0
      this.#asymmetryRun = 0
      return false
    }
    const run = this.#asymmetryRun
    if (slope <= -LEAST_ASYMMETRY && run > -GREATEST_ASYMMETRY_RUN) this.#asymmetryRun--
    else if (slope >= LEAST_ASYMMETRY && run < GREATEST_ASYMMETRY_RUN) this.#asymmetryRun++
    if (Math.abs(this.#asymmetryRun) < LEAST_ASYMMETRY_RUN) return false
    this.#asymmetry = within(-GREATEST_ASYMMETRY, slope, GREATEST_ASYMMETRY)
    return true
  }

  #dropOldest(count: number): void {
    if (count === 0) return
    for (let i = this.#end - this.#count, left = count; left > 0; i++, left--)
      remove(this.#sorted, this.#count--, this.#distances[i]!)
    this.#older = Math.min(this.#older + count, this.#count * (RUNS_RATIO - 1))
    const oldest = this.#end - this.#count - this.#older
    if (this.#leastDelay >= oldest) return
    this.#leastDelay = oldest
    for (let i = oldest + 1; i < this.#end; i++)
      if (this.#delays[i]! < this.#delays[this.#leastDelay]!) this.#leastDelay = i
  }

  #addCandidate(added: number): void {
    const candidates = this.#candidates
    const bound = this.#boundOf(added)
    let to = this.#candidatesTo
    while (to > this.#candidatesFrom && this.#boundOf(candidates[to - 1]!) >= bound) to--
    candidates[to] = added
    this.#candidatesTo = to + 1
  }

  /** How far a sample could have been off when it was taken, but for what all of them have in common. */
  #boundOf(i: number): Seconds {
    return this.#rootDispersions[i]! + 0.5 * this.#rootDelays[i]!
  }

  /** The sample that bounds the offset most tightly now: one that is older and no nearer than another never does. */
  #findBest(): void {
    const now = this.#times[this.#end - 1]!
    const skew = this.#skew * (1 + this.#clock.drift)
    const oldest = this.#end - this.#count
    const candidates = this.#candidates
    while (candidates[this.#candidatesFrom]! < oldest) this.#candidatesFrom++
    let least = Number.POSITIVE_INFINITY
    for (let each = this.#candidatesFrom; each < this.#candidatesTo; each++) {
      const i = candidates[each]!
      const distance = this.#rootDispersions[i]! + (now - this.#times[i]!) * skew + 0.5 * this.#rootDelays[i]!
      if (distance < least) {
        least = distance
        this.#best = i
      }
    }
  }

  #makeRoom(): void {
    const from = this.#end - this.#count - this.#older
    for (const each of [
      this.#times,
      this.#offsets,
      this.#delays,
      this.#distances,
      this.#rootDelays,
      this.#rootDispersions,
    ])
      each.copyWithin(0, from, this.#end)
    this.#end -= from
    this.#summedTo = -1
    this.#leastDelay -= from
    this.#best -= from
    const left = this.#candidates.subarray(this.#candidatesFrom, this.#candidatesTo)
    this.#candidates.set(left.map(i => i - from))
    this.#candidatesFrom = 0
    this.#candidatesTo = left.length
  }
}

/** Into the first `count`, which are in order. */
function insert(sorted: Float64Array, count: number, value: number): void {
  let i = count
  for (; i > 0 && sorted[i - 1]! > value; i--) sorted[i] = sorted[i - 1]!
  sorted[i] = value
}

/** Out of the first `count`, which are in order and hold it: those above move down, from the last on. */
function remove(sorted: Float64Array, count: number, value: number): void {
  let above = sorted[count - 1]!
  for (let i = count - 2; above !== value; i--) {
    const next = sorted[i]!
    sorted[i] = above
    above = next
  }
}
