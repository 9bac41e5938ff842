/**
 * Only what sources measured that agree: what a server with a wrong clock says is no measure of this clock. Which one is odd
 * is told by its level against the others', once some thousand rows are there (or whenever somebody asks), and looked at
 * again each time their number has doubled. Until then rows are held back, so that a short log is judged by all of it. Who is
 * wrong for a while only is left out then.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import { worstOf } from '../statistics/worst.ts'
import type { Census, SourceCount } from './census.ts'
import { isContradicted } from './contradicted.ts'
import { mostExplained } from './most-explained.ts'
import { type Measured, Overruled } from './overruled.ts'

const HELD = 4096
/** A source that has been heard less often is not odd. */
const LEAST_ROWS = 8

export interface OddOnes {
  readonly odd: readonly SourceCount[]
  /** All that were heard often enough, the odd ones too. */
  readonly of: readonly SourceCount[]
  /** The median of their levels. */
  readonly middle: Seconds
}

/**
 * The few that are off by more than half their delay explains, where most agree, and that those contradict whose own ways are
 * short enough to tell. Of two nobody can tell, and neither where a half is off.
 */
export function oddOnesOf(all: readonly SourceCount[]): OddOnes {
  const of = all.filter(({ count }) => count >= LEAST_ROWS)
  const middle = upperMedian(of.map(({ level }) => level))
  const claims = of.map(({ level, leastDelay }) => ({ level, explained: mostExplained(leastDelay) }))
  const odd = of.filter((_, i) => isContradicted(claims[i]!, claims, middle))
  return { odd: of.length < 3 || 2 * odd.length >= of.length ? [] : odd, of, middle }
}

type Heard = Measured & { readonly source: Uint16Array }

export class Agreeing {
  readonly #census: Census
  readonly #overruled: Overruled
  readonly #at = new Float64Array(HELD)
  readonly #offset = new Float64Array(HELD)
  readonly #delay = new Float64Array(HELD)
  readonly #source = new Uint16Array(HELD)
  #held = 0
  #rows = 0
  #judgedAt = 0
  #odd: ReadonlySet<number> = new Set()

  constructor(census: Census, take: (rows: Measured, worst?: Seconds) => void) {
    this.#census = census
    this.#overruled = new Overruled(take)
  }

  /** Sources whose rows were left out. */
  get odd(): ReadonlySet<number> {
    return this.#odd
  }

  /** Those of which some were. */
  get overruled(): ReadonlySet<number> {
    return this.#overruled.sources
  }

  /** After the census has seen the block, none of whose offsets is worse than this. */
  add(block: SampleBlock, worst: Seconds): void {
    this.#rows += block.rows
    if (this.#rows <= HELD) {
      this.#hold(block)
      return
    }
    this.#judge()
    if (this.#odd.size === 0) this.#overruled.add(block, worst)
    else this.#takeAgreeing(block)
  }

  /** Lets go what was held back. */
  settle(): void {
    this.#judge()
    this.#overruled.settle()
  }

  #judge(): void {
    if (this.#rows >= 2 * this.#judgedAt) {
      this.#judgedAt = this.#rows
      this.#odd = new Set(oddOnesOf(this.#census.sources()).odd.map(({ source }) => source))
    }
    if (this.#held === 0) return
    const held = {
      at: this.#at,
      offset: this.#offset,
      delay: this.#delay,
      source: this.#source,
      rows: this.#held,
    }
    this.#held = 0
    this.#takeAgreeing(held)
  }

  #hold({ at, offset, delay, source, rows }: SampleBlock): void {
    this.#at.set(at.subarray(0, rows), this.#held)
    this.#offset.set(offset.subarray(0, rows), this.#held)
    this.#delay.set(delay.subarray(0, rows), this.#held)
    this.#source.set(source.subarray(0, rows), this.#held)
    this.#held += rows
  }

  /** Into the columns that held rows were in: a place is read before it is written. */
  #takeAgreeing({ at, offset, delay, source, rows }: Heard): void {
    let kept = 0
    for (let row = 0; row < rows; row++) {
      if (this.#odd.has(source[row]!)) continue
      this.#at[kept] = at[row]!
      this.#offset[kept] = offset[row]!
      this.#delay[kept] = delay[row]!
      this.#source[kept] = source[row]!
      kept++
    }
    const rest = {
      at: this.#at,
      offset: this.#offset,
      delay: this.#delay,
      source: this.#source,
      rows: kept,
    }
    if (kept > 0) this.#overruled.add(rest, worstOf(this.#offset, kept))
  }
}
