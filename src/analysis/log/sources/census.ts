/**
 * Who spoke, and how often: the count that field report 002 made with awk, sort and uniq, with the time from the first to
 * the last word of each source, its longest silence, and what its offsets and delays were.
 */

import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import { ALIKE, isAbout } from '../disturbances/alike.ts'
import { grown } from '../statistics/grown.ts'
import { type Above, Thinned } from '../statistics/thinned.ts'
import { type Led, ledBy } from './led.ts'
import { LONGEST_POLL } from './longest-poll.ts'
import { mostExplained } from './most-explained.ts'
import { LEAST_SILENCES } from './pace.ts'
import type { Heard, Shown } from './shown.ts'
import { type Spell, spellsOf } from './spells.ts'
import { type Split, splitsOf, windowsOf } from './splits.ts'

const FIELDS = 12
const COUNT = 0
const FROM = 1
const TO = 2
const SUM = 3
const SQUARES = 4
const DELAY = 5
const SILENCE = 6
const SILENT_FROM = 7
/** Rows without an offset, and without a delay: they are few. */
const UNUSED = 8
const DELAYS = 9
const UNTIMED = 10
/** Offsets that are let go before the next is kept for the median. */
const SKIP = 11

export interface SourceCount {
  readonly source: number
  readonly count: number
  readonly from: Seconds
  readonly to: Seconds
  readonly meanOffset: Seconds
  readonly medianOffset: Seconds
  /**
   * For comparison with the other sources: its median, had all been asked at the same moments. While the clock moves, those that
   * were asked more often at one time than at another have other medians.
   */
  readonly level: Seconds
  readonly rmsOffset: Seconds
  readonly leastDelay: Seconds
  readonly meanDelay: Seconds
  readonly longestSilence: Seconds
  readonly silentFrom: Seconds
}

/** Only so many sources get a median; those that came first. */
const WITH_MEDIAN = 64
/** With fewer moments in common two sources are not compared by them. */
const LEAST_IN_COMMON = 8
/** Of eight answers a filter lets one through at least: the best. */
const FILTERED = 8
/** Who was heard less often may be a stray, however short the time. */
const LEAST_ASKED = 4

export class Census {
  readonly #thinned = Array.from({ length: WITH_MEDIAN }, () => new Thinned())
  #state: Float64Array = new Float64Array(64 * FIELDS)
  readonly #order: number[] = []
  #rows = 0
  /** The log has not each answer. */
  #filtered = false
  #spelt: { readonly rows: number; readonly spells: readonly Spell[] } | undefined
  #counted: { readonly rows: number; readonly sources: readonly SourceCount[] } | undefined

  add(block: SampleBlock): void {
    const { at, source, offset, delay } = block
    this.#filtered = !block.exchanges
    // Where the clock was set while a packet was on its way, that says nothing of the way. A servo means what it prints.
    const shortest = block.daemon === 'other' ? Number.NEGATIVE_INFINITY : 0
    let state = this.#state
    for (let row = 0; row < block.rows; row++) {
      const who = source[row]!
      const s = who * FIELDS
      if (s + FIELDS > state.length) state = this.#state = grown(state, s + FIELDS)
      const time = at[row]!
      const count = state[s]!
      const value = offset[row]!
      // Nothing was heard: the daemon only counts how long.
      if (count > 0 && Number.isNaN(value)) {
        state[s] = count + 1
        state[s + UNUSED]!++
        state[s + UNTIMED]!++
        continue
      }
      const silence = time - state[s + TO]!
      if (count === 0) {
        this.#order.push(who)
        state[s + FROM] = time
        state[s + DELAY] = Number.POSITIVE_INFINITY
        state[s + SKIP] = who < WITH_MEDIAN ? 0 : Number.POSITIVE_INFINITY
      } else if (silence > state[s + SILENCE]!) {
        state[s + SILENCE] = silence
        state[s + SILENT_FROM] = state[s + TO]!
      }
      state[s] = count + 1
      state[s + TO] = time
      if (Number.isNaN(value)) state[s + UNUSED]!++
      else {
        state[s + SUM]! += value
        state[s + SQUARES]! += value * value
        if (state[s + SKIP]! > 0) state[s + SKIP]!--
        else
          state[s + SKIP] = this.#thinned[who]!.keep(
            value,
            time,
            this.#rows + row,
            delay[row]!,
            count === 0 ? Number.NaN : silence,
          )
      }
      const trip = delay[row]!
      if (Number.isNaN(trip)) state[s + UNTIMED]!++
      else {
        state[s + DELAYS]! += trip
        if (trip >= shortest && trip < state[s + DELAY]!) state[s + DELAY] = trip
      }
    }
    this.#rows += block.rows
  }

  /** How far a source was from that in the middle of the others, from some moment on. */
  apartSince(source: number, since: Seconds): Above | undefined {
    const middle = this.#middle(source)
    return middle === undefined ? undefined : this.#thinned[source]?.above(this.#thinned[middle]!, since)
  }

  /** How far a source was from another before a moment and since then, or so long before and after. */
  apartAround(
    source: number,
    other: number,
    { from, to }: { readonly from: Seconds; readonly to: Seconds },
    within: Seconds = Number.POSITIVE_INFINITY,
  ): { before: Above; after: Above } | undefined {
    const [mine, theirs] = [this.#thinned[source], this.#thinned[other]]
    if (!mine || !theirs) return undefined
    return { before: mine.above(theirs, from - within, from), after: mine.above(theirs, to, to + within) }
  }

  /** Its median offset in some spans of time. */
  medianIn(source: number, spans: readonly { readonly from: Seconds; readonly to: Seconds }[]): Seconds {
    return this.#thinned[source]?.medianIn(spans) ?? Number.NaN
  }

  /** Surely not heard in that time: of a long log nobody knows. */
  isSilentIn(source: number, span: { readonly from: Seconds; readonly to: Seconds }): boolean {
    return this.#thinned[source]?.isSilentIn(span) ?? true
  }

  /** How far its offsets are apart, but for the most extreme. */
  spread(source: number): Seconds {
    return this.#thinned[source]?.spread ?? Number.NaN
  }

  /**
   * Whether a source is heard as one that is asked is, however seldom: at a pace of its own. Of a few lines that a filter let through
   * none can be told; they are no stray packets if it was never silent for longer than eight of the longest polls.
   */
  isAsked(source: number): boolean {
    if (this.#thinned[source]?.paced) return true
    const [count, silence] = [COUNT, SILENCE].map(field => this.#state[source * FIELDS + field]!)
    const few = count! >= LEAST_ASKED && count! <= LEAST_SILENCES
    return this.#filtered && few && silence! <= FILTERED * LONGEST_POLL
  }

  /** When a source that agreed with the others otherwise contradicted them. */
  spells(): readonly Spell[] {
    if (this.#spelt?.rows !== this.#rows)
      this.#spelt = {
        rows: this.#rows,
        spells: spellsOf(this.#heard(this.#order)),
      }
    return this.#spelt.spells
  }

  /** Those of one source. */
  spellsOf(source: number): readonly Spell[] {
    return this.spells().filter(each => each.source === source)
  }

  /** When no majority of these was left. */
  splits(sources: readonly number[]): Split[] {
    return splitsOf(this.#heard(sources))
  }

  /** What these showed at the same times. */
  shown(sources: readonly number[]): Shown[][] {
    return windowsOf(this.#heard(sources))
  }

  #heard(sources: readonly number[]): Heard[] {
    return sources.flatMap(source => {
      const thinned = this.#thinned[source]
      return thinned ? [{ source, thinned }] : []
    })
  }

  /** When the clock went with a source that contradicted the others. */
  led(): readonly Led[] {
    const least = new Map(this.sources().map(({ source, leastDelay }) => [source, leastDelay]))
    return this.spells().flatMap(spell => {
      const others = [...least]
        .filter(([source]) => source !== spell.source)
        .map(([, delay]) => mostExplained(delay))
      return ledBy(spell, this.#thinned[spell.source]?.timed ?? [], upperMedian(others))
    })
  }

  /** When the clock went with a source that had jumped away from another: near zero, and as far from that one as it had jumped. */
  ledAfter(
    { source, size, since }: { readonly source: number; readonly size: Seconds; readonly since: Seconds },
    other: number,
  ): readonly Led[] {
    const [mine, theirs] = [this.#thinned[source], this.#thinned[other]]
    if (!mine || !theirs) return []
    // Not back with the other.
    const apart = new Set(
      mine.against(theirs).flatMap(each => (Math.abs(each.size) < ALIKE * Math.abs(size) ? [] : [each.at])),
    )
    const jumped = { source, size, from: since, to: Number.POSITIVE_INFINITY, delay: 0, others: 1 }
    const rows = mine.timed.filter(({ at }) => apart.has(at))
    return ledBy(jumped, rows, 0).filter(run => isAbout(-this.medianIn(other, [run]), size))
  }

  /** Asked for again and again of a log that does not grow any more. */
  sources(): readonly SourceCount[] {
    if (this.#counted?.rows !== this.#rows) this.#counted = { rows: this.#rows, sources: this.#count() }
    return this.#counted.sources
  }

  #count(): SourceCount[] {
    const medians = new Map(this.#order.map(source => [source, this.#medianOf(source)]))
    const middle = this.#middle()
    return this.#order.map(source => {
      const of = (field: number) => this.#state[source * FIELDS + field]!
      const used = this.#usedOf(source)
      const timed = of(COUNT) - of(UNTIMED)
      const medianOffset = medians.get(source)!
      const above =
        middle === undefined || source === middle
          ? undefined
          : this.#thinned[source]?.above(this.#thinned[middle]!)
      return {
        source,
        count: of(COUNT),
        from: of(FROM),
        to: of(TO),
        meanOffset: of(SUM) / used,
        medianOffset,
        level: above && above.count >= LEAST_IN_COMMON ? medians.get(middle!)! + above.median : medianOffset,
        rmsOffset: Math.sqrt(of(SQUARES) / used),
        leastDelay: Number.isFinite(of(DELAY)) ? of(DELAY) : Number.NaN,
        meanDelay: timed > 0 ? of(DELAYS) / timed : Number.NaN,
        longestSilence: of(SILENCE),
        silentFrom: of(SILENT_FROM),
      }
    })
  }

  #usedOf(source: number): number {
    return this.#state[source * FIELDS + COUNT]! - this.#state[source * FIELDS + UNUSED]!
  }

  #medianOf(source: number): Seconds {
    return this.#thinned[source]?.median ?? Number.NaN
  }

  /** The measure of the others. */
  #middle(without?: number): number | undefined {
    const often = this.#order
      .filter(source => source !== without && source < WITH_MEDIAN)
      .filter(source => this.#usedOf(source) >= LEAST_IN_COMMON)
      .map(source => ({ source, median: this.#medianOf(source) }))
      .sort((a, b) => a.median - b.median)
    return often[often.length >> 1]?.source
  }
}
