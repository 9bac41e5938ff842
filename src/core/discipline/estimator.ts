/**
 * The best guess of our counter's offset and rate, from the samples of all sources that are believed.
 *
 * How much the counter wanders is not known beforehand and changes. So a bank of hypotheses is carried along, each with
 * a wander of its own, and each counts as much as it made the samples of late likely (Magill 1965, multiple-model
 * estimation). Paths are part of the state: a source whose two halves are unequal pulls less, the longer its path is,
 * and when a path becomes another one, the counter is believed more than the path.
 */
import { exponential, logarithm, magnitude } from '#core/number/elementary.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { DelayFloor } from './delay-floor.ts'
import { Hypothesis } from './hypothesis.ts'
import type { Sample } from './sample.ts'

/** In s/s per √s: from a counter that hardly wanders to one that is hardly a clock. */
const WANDERS: readonly Rate[] = [-10, -9.5, -9, -8.5, -8, -7.5, -7, -6.5, -6, -5].map(power =>
  exponential(power * Math.LN10),
)
/** Before anything was seen a counter is taken to wander like this, give or take a factor of thirty. */
const USUAL_WANDER_POWER = -8
const USUAL_SPREAD = 1.5
/** The unequal part of a path's delay, as a part of all of it: one standard deviation. */
const INEQUALITY = 0.1
/** No sample is exact: counters and timestamps count whole nanoseconds. */
const LEAST_DEVIATION: Seconds = 1e-9
/** A weight that is as good as none. */
const IMPOSSIBLE = 1e-6
/** Beside the largest weight one whose logarithm is smaller by this is lost in rounding: it is none. */
const LOST = -40
/** An offset is as expected within this many deviations. */
const TOLERANCE = 3
/** Nothing is doubted by more: beside the square of that there is no room left for microseconds. */
const ADRIFT: Seconds = 1
/** What comes within less says nothing about the rate. */
const LEAST_SPACING: Seconds = 1
/** A counter whose rate nobody has told us: the reach of a kernel's tick. */
const UNKNOWN_RATE_DEVIATION: Rate = 0.05

export interface RateKnowledge {
  readonly rate: Rate
  readonly deviation: Rate
}

interface Path {
  /** Its place in every hypothesis. */
  index: number
  readonly floor: DelayFloor
  /** How far off it may be beside that. */
  readonly loose: Seconds
  /** When it last said what was expected. */
  normalAt: Seconds
  /** By how much more than the network explains, in its newest sample; zero when that was as expected. */
  gap: Seconds
  /** How often in a row it has said what the network does not explain. */
  strange: number
}

/** What a source says beside the truth, and how far that may be wrong. */
interface Doubt {
  readonly by: Seconds
  readonly deviation: Seconds
}

interface Strangeness {
  readonly gap: Seconds
  readonly whose: 'path' | 'counter' | undefined
}

const NOT_STRANGE: Strangeness = { gap: 0, whose: undefined }

/** A source says `gap` more than was expected: some of that is its own; beyond measure, all of it is. */
const doubtOf = (gap: Seconds): Doubt =>
  Math.abs(gap) > ADRIFT ? { by: gap, deviation: ADRIFT } : { by: 0, deviation: Math.abs(gap) }

interface Straightened {
  readonly offset: Seconds
  readonly deviation: Seconds
  readonly most: Seconds
}

export class Estimator {
  #bank: Hypothesis[] = []
  /** How much each of them counts; only a sample changes that. */
  readonly #weights: number[] = []
  readonly #paths = new Map<object, Path>()
  readonly #loose = new Map<object, Seconds>()
  #expected: RateKnowledge = { rate: 0, deviation: UNKNOWN_RATE_DEVIATION }
  #usualDeviation: Seconds | undefined
  /** The next sample says what the offset is. */
  #adrift = false

  get known(): boolean {
    return this.#bank.length > 0
  }

  get at(): Seconds {
    return this.#bank[0]?.at ?? Number.NEGATIVE_INFINITY
  }

  /** What is known of the rate from elsewhere (a drift file), before there are samples. */
  expect(rate: RateKnowledge): void {
    if (!this.known) this.#expected = rate
  }

  offset(at: Seconds): Seconds {
    return this.#mean(each => each.offset(at))
  }

  get rate(): Rate {
    return this.#mean(each => each.rate)
  }

  /** One standard deviation of the offset at a moment, now or later; asymmetry of paths included as far as it shows. */
  deviation(at: Seconds): Seconds {
    return this.#spread(
      each => each.offset(at),
      each => each.deviation(at),
    )
  }

  get rateDeviation(): Rate {
    return this.#spread(
      each => each.rate,
      each => each.rateDeviation,
    )
  }

  /** The wander that explains the samples best, in s/s per √s. */
  get wander(): Rate {
    return exponential(this.#mean(each => logarithm(each.wander)))
  }

  /**
   * The most wander that the samples allow for: a hypothesis beyond it would have had to be luckier than one in a million.
   * Undefined before there are samples enough to tell.
   */
  get mostWander(): Rate | undefined {
    if (!this.#bank[0]?.settled) return undefined
    return this.#bank.findLast((_, i) => this.#weights[i]! > IMPOSSIBLE)!.wander
  }

  /** What a sample is typically wrong by. */
  get sampleDeviation(): Seconds | undefined {
    return this.#usualDeviation
  }

  add(source: object, sample: Sample): void {
    if (this.#adrift) return this.restartOffset(source, sample)
    const path = this.#path(source, sample)
    const moved = path.floor.add(sample.delay)
    if (!this.known) return this.#begin(sample, deviationOf(sample, path.floor), path)
    const { offset, deviation, most } = this.#straightened(sample, path)
    const { gap, whose } = this.#strangeness(offset, most, Math.max(sample.at, this.at), path)
    const doubt = doubtOf(gap)
    const turn = gap / Math.max(LEAST_SPACING, sample.at - path.normalAt)
    if (path.strange === 0) path.normalAt = sample.at
    for (const each of this.#bank) {
      if (moved !== 0) each.loosen(path.index, 0, moved / 2)
      if (whose === 'path') each.loosen(path.index, doubt.by, doubt.deviation)
      if (whose === 'counter') each.turn(turn, gap)
      each.update(sample.at, offset, deviation, most, path.index)
    }
    this.#weigh()
    if (path.floor.isUnusual(sample.delay)) return
    const before = this.#usualDeviation
    this.#usualDeviation = before === undefined ? deviation : before + (deviation - before) / 16
  }

  forgetSource(source: object): void {
    const path = this.#paths.get(source)
    if (!path) return
    this.#paths.delete(source)
    for (const each of this.#bank) each.removeSource(path.index)
    for (const other of this.#paths.values()) if (other.index > path.index) other.index--
  }

  /** What a source says may be off by so much more than was thought, always the same. */
  loosen(source: object, deviation: Seconds): void {
    const path = this.#paths.get(source)
    if (!path) this.#loose.set(source, Math.min(deviation, ADRIFT))
    else for (const each of this.#bank) each.loosen(path.index, 0, Math.min(deviation, ADRIFT))
  }

  /** True time ran on by `lost` while the counter stood still. */
  shift(lost: Seconds, uncertainty: Seconds): void {
    this.#adrift ||= uncertainty > ADRIFT
    for (const each of this.#bank) each.shift(lost, Math.min(uncertainty, ADRIFT))
  }

  /** The samples say that the offset is another one now; the rate stays as it is known. */
  restartOffset(source: object, sample: Sample): void {
    this.#adrift = false
    const path = this.#path(source, sample)
    path.floor.add(sample.delay)
    path.strange = 0
    path.gap = 0
    path.normalAt = sample.at
    const deviation = deviationOf(sample, path.floor)
    if (!this.known) return this.#begin(sample, deviation, path)
    for (const each of this.#bank) each.restart(sample.at, sample.offset, deviation, path.index)
  }

  /** The counter is another one, or runs at another rate. */
  forget(): void {
    this.#bank = []
    this.#adrift = false
    this.#expected = { rate: 0, deviation: UNKNOWN_RATE_DEVIATION }
  }

  /**
   * What the sample says of the offset, how surely, and how far it can be wrong at most by what was in its way. Something
   * unusual was on one of the two ways, most likely, or on both alike: then the offset is wrong by half of the excess, to
   * one side or to the other, or not at all. If one of these is what was expected, that is what happened. If none is,
   * the sample says next to nothing.
   */
  #straightened(sample: Sample, { floor, index }: Path): Straightened {
    // A sample from before the newest one is carried to it: the counter kept its rate.
    const late = this.at - sample.at
    const offset = late > 0 ? sample.offset + this.rate * late : sample.offset
    const most = floor.most(sample.delay) + sample.dispersion
    if (!floor.isUnusual(sample.delay)) return { offset, deviation: deviationOf(sample, floor), most }
    const half = floor.excess(sample.delay) / 2
    const expected = this.#expectation(Math.max(sample.at, this.at), index)
    const tolerance = Math.min(TOLERANCE * magnitude(expected.deviation, floor.oneWay), half / 4)
    const straight = [offset, offset + half, offset - half].find(
      each => Math.abs(each - expected.offset) < tolerance,
    )
    if (straight === undefined) return { offset, deviation: half, most }
    const deviation = magnitude(floor.oneWay, sample.dispersion, LEAST_DEVIATION)
    return { offset: straight, deviation, most }
  }

  /**
   * By how much a source says something that the network does not explain (positive: it says more than was expected), and
   * whose doing that is. While most of the others say what was expected of them, its own clock, or its path, is another one than
   * before. When several do, or a lone one does so again, and all to the same side, the counter runs at another rate.
   */
  #strangeness(offset: Seconds, most: Seconds, at: Seconds, path: Path): Strangeness {
    const expected = this.#expectation(at, path.index)
    const gap = offset - expected.offset
    const isStrange = Math.abs(gap) > most + TOLERANCE * expected.deviation
    const before = path.gap
    path.strange = isStrange ? path.strange + 1 : 0
    path.gap = isStrange ? gap : 0
    let normal = 0
    let along = 0
    for (const other of this.#paths.values()) {
      if (other === path) continue
      if (other.strange === 0) normal++
      if (other.gap * path.gap > 0) along++
    }
    const others = this.#paths.size - 1
    if (path.strange > 1 && normal >= 2 && 2 * normal > others) return { gap, whose: 'path' }
    const against = others - normal - along
    const again = before * path.gap > 0 || along > 0
    return again && against === 0 && along >= normal ? { gap, whose: 'counter' } : NOT_STRANGE
  }

  /** What a source should say. */
  #expectation(at: Seconds, index: number): { readonly offset: Seconds; readonly deviation: Seconds } {
    let offset = 0
    let deviation = 0
    for (let i = 0; i < this.#bank.length; i++) {
      if (this.#weights[i] === 0) continue
      const expected = this.#bank[i]!.expect(at, index)
      offset += this.#weights[i]! * expected.offset
      deviation += this.#weights[i]! * expected.deviation
    }
    return { offset, deviation }
  }

  #begin(sample: Sample, deviation: Seconds, first: Path): void {
    const { rate, deviation: rateDeviation } = this.#expected
    this.#bank = WANDERS.map(wander => new Hypothesis(wander, sample.at, sample.offset, rate, rateDeviation))
    this.#weigh()
    for (const path of this.#paths.values())
      path.index = this.#addToBank(path.floor.floor, { by: 0, deviation: path.loose })
    for (const each of this.#bank) each.restart(sample.at, sample.offset, deviation, first.index)
  }

  #path(source: object, first: Sample): Path {
    const known = this.#paths.get(source)
    if (known) return known
    const loose = this.#loose.get(source)
    const doubt = loose === undefined ? doubtOf(this.#novelty(first)) : { by: 0, deviation: loose }
    const path = {
      index: this.#addToBank(first.delay, doubt),
      floor: new DelayFloor(),
      loose: doubt.deviation,
      normalAt: first.at,
      gap: 0,
      strange: 0,
    }
    this.#loose.delete(source)
    this.#paths.set(source, path)
    return path
  }

  /** A newcomer that says something else than what is known has a path that is to blame for it, more than the counter. */
  #novelty(first: Sample): Seconds {
    if (!this.known) return 0
    const gap = first.offset - this.offset(first.at)
    const usual = magnitude(INEQUALITY * first.delay, this.deviation(first.at), first.dispersion)
    return Math.abs(gap) > TOLERANCE * usual ? gap : 0
  }

  #addToBank(delay: Seconds, { by, deviation }: Doubt): number {
    let index = -1
    for (const each of this.#bank) index = each.addSource(by, magnitude(INEQUALITY * delay, deviation))
    return index
  }

  #weigh(): void {
    const bank = this.#bank
    const weights = this.#weights
    let largest = Number.NEGATIVE_INFINITY
    for (let i = 0; i < bank.length; i++) {
      const log = bank[i]!.logLikelihood + PRIORS[i]!
      largest = Math.max(largest, log)
      weights[i] = log
    }
    let sum = 0
    for (let i = 0; i < bank.length; i++) {
      const log = weights[i]! - largest
      const weight = log < LOST ? 0 : exponential(log)
      sum += weight
      weights[i] = weight
    }
    for (let i = 0; i < bank.length; i++) weights[i]! /= sum
  }

  #mean(of: (each: Hypothesis) => number): number {
    let sum = 0
    for (let i = 0; i < this.#bank.length; i++)
      if (this.#weights[i] !== 0) sum += this.#weights[i]! * of(this.#bank[i]!)
    return sum
  }

  #spread(of: (each: Hypothesis) => number, deviation: (each: Hypothesis) => number): number {
    const mean = this.#mean(of)
    return Math.sqrt(this.#mean(each => deviation(each) ** 2 + (of(each) - mean) ** 2))
  }
}

function deviationOf(sample: Sample, floor: DelayFloor): Seconds {
  return magnitude(floor.deviation(sample.delay), sample.dispersion / Math.sqrt(3), LEAST_DEVIATION)
}

const prior = (wander: Rate): number =>
  -0.5 * ((logarithm(wander) / Math.LN10 - USUAL_WANDER_POWER) / USUAL_SPREAD) ** 2
/** Of each of the bank. */
const PRIORS = WANDERS.map(prior)
