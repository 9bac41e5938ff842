/**
 * What we believe of our counter: the consensus of the sources, carried on for as long as there is none.
 * The interval holds true time as long as the majority was honest when it was formed; between consensuses it grows as
 * the best source's own track does.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Interval } from './select.ts'
import { changed, wandered } from './track.ts'

/** What the sources say together, on the counter's scale. */
export interface Belief extends Interval {
  readonly at: Seconds
  readonly offset: Seconds
  readonly jitter: Seconds
  /** True seconds per counter second, minus one; undefined before anything is known of it. */
  readonly rate: Rate | undefined
  readonly rateBound: Rate
  readonly wander: number
}

type Rival = Pick<Belief, 'at' | 'low' | 'high' | 'rate' | 'rateBound' | 'wander'>

export class Estimate {
  #belief: Belief | undefined
  #rival: Rival | undefined

  get known(): boolean {
    return this.#belief !== undefined
  }

  get measuredAt(): Seconds {
    return this.#belief?.at ?? Number.NEGATIVE_INFINITY
  }

  get rate(): Rate | undefined {
    return this.#belief?.rate
  }

  get jitter(): Seconds | undefined {
    return this.#belief?.jitter
  }

  /** How far the rate can be wrong at counter time `at`. */
  rateBound(at: Seconds): Rate {
    if (!this.#belief) return Number.POSITIVE_INFINITY
    return this.#belief.rateBound + changed(this.#belief.wander, Math.abs(at - this.#belief.at))
  }

  /** Best guess of true time minus the scale at counter time `at`; undefined when nothing is known. */
  offset(at: Seconds): Seconds | undefined {
    return this.#belief && offsetOf(this.#belief, at)
  }

  /** True time minus the scale lies in this interval at counter time `at`. */
  interval(at: Seconds): Interval | undefined {
    const own = this.own(at)
    if (!own || !this.#rival) return own
    const rival = intervalOf(this.#rival, at)
    return { low: Math.min(own.low, rival.low), high: Math.max(own.high, rival.high) }
  }

  /** Where it was expected to be, without what contradicts that and may be right. */
  own(at: Seconds): Interval | undefined {
    return this.#belief && intervalOf(this.#belief, at)
  }

  /** By how much the new belief and the old one exclude each other; negative when they can both be true. */
  gapTo(at: Seconds, { low, high }: Interval): Seconds {
    const own = this.own(at)
    return own ? Math.max(own.low - high, low - own.high) : Number.NEGATIVE_INFINITY
  }

  adopt(belief: Belief): void {
    this.#belief = belief
    this.#rival = undefined
  }

  /** Only the rate is known better: the line goes on from where it is. */
  keepRate(at: Seconds, rate: Rate): void {
    if (!this.#belief) return
    const { low, high } = intervalOf(this.#belief, at)
    const rateBound = this.rateBound(at) + Math.abs(rate - (this.#belief.rate ?? 0))
    this.#belief = { ...this.#belief, at, offset: offsetOf(this.#belief, at), low, high, rate, rateBound }
  }

  /** The sources exclude what was known, and nobody can say yet which is right: the interval covers both. */
  admitRival(belief: Rival): void {
    this.#rival = belief
  }

  /** What was known is right. */
  dropRival(): void {
    this.#rival = undefined
  }

  /** True time ran on by `lost` while the counter stood still; its rate may differ by `other` since. */
  shift(lost: Seconds, uncertainty: Seconds, other: Rate = 0): void {
    this.#rival = undefined
    if (!this.#belief) return
    this.#belief = {
      ...this.#belief,
      offset: this.#belief.offset + lost,
      low: this.#belief.low + lost - uncertainty,
      high: this.#belief.high + lost + uncertainty,
      rateBound: this.#belief.rateBound + other,
    }
  }

  forget(): void {
    this.#belief = undefined
    this.#rival = undefined
  }
}

const offsetOf = (belief: Belief, at: Seconds): Seconds =>
  belief.offset + (belief.rate ?? 0) * (at - belief.at)

function intervalOf(belief: Rival, at: Seconds): Interval {
  const age = Math.abs(at - belief.at)
  const moved = (belief.rate ?? 0) * (at - belief.at)
  const grown = belief.rateBound * age + wandered(belief.wander, age)
  return { low: belief.low + moved - grown, high: belief.high + moved + grown }
}
