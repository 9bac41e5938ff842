/**
 * A source that agreed until now contradicts what was known. Either it is wrong, or true time has moved against the counter
 * and nobody told us: a pause, a migration. One answer cannot tell which. So the others are asked at once, and until they
 * have answered true time may be where it was expected, or where anybody has said since that it is.
 *
 * What was said before the suspicion began says nothing about it. When most of those who have answered since contradict the
 * suspect, it is wrong, and nothing has happened. When they do not, what was said before may not hold any more, of any source.
 */
import { type Interval, meet } from '#core/discipline/select.ts'
import { type CounterRate, UNKNOWN_RATE } from '#core/discipline/track.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Association } from './association.ts'

export class Suspicion {
  /** It happened before this moment, if it did. */
  readonly since: Seconds
  /** What is known of the rate since: what was known before, and how much other hosts differ. */
  readonly counter: CounterRate
  readonly #suspect: Association | undefined

  /** Without a suspect it was a sign that nobody can measure: true time may be anywhere. */
  constructor(since: Seconds, counter: CounterRate, suspect?: Association) {
    this.since = since
    this.counter = counter
    this.#suspect = suspect
  }

  /** Where true time is, if it is not where it was expected, whatever the rate is now; undefined: anywhere. */
  reach(associations: readonly Association[], at: Seconds): Interval | undefined {
    if (!this.#suspect) return undefined
    const anyRate = { rate: this.counter.rate, rateBound: UNKNOWN_RATE }
    const said = this.#answered(associations).map(({ track }) => track.said(at, anyRate)!)
    return {
      low: Math.min(...said.map(({ low }) => low)),
      high: Math.max(...said.map(({ high }) => high)),
    }
  }

  /** Most of those who have answered say that the suspect is wrong. */
  isRefuted(majority: Interval, at: Seconds): boolean {
    const said = this.#suspect?.track.said(at, this.counter)
    return said !== undefined && !meet(said, majority)
  }

  /** All have answered, or will not; they agree about nothing, and one of them at least with what was expected. */
  isMoot(associations: readonly Association[], expected: Interval, at: Seconds): boolean {
    if (associations.some(({ awaited, track }) => awaited && track.known && track.measuredAt < this.since))
      return false
    return this.#answered(associations).some(({ track }) => meet(track.said(at, this.counter)!, expected))
  }

  #answered(associations: readonly Association[]): Association[] {
    return associations.filter(({ track }) => track.known && track.measuredAt >= this.since)
  }
}
