/**
 * How far a clock was off, where each row sums up many measurements without their sign (`rms … max …` of ptp4l and phc2sys). Until
 * a servo is locked it measures what it has not begun to steer: only what comes afterwards tells how it kept its clock.
 */

import type { Seconds } from '#core/time/units.ts'
import type { Daemon, SampleBlock } from '#core/trace/series.ts'

/** A servo that is off by more has not been locked yet; and later it is not locked any more. */
export const FAR: Seconds = 0.01
/** A servo that is locked holds its clock in most seconds within this, even where no hardware stamps its packets. */
const NEAR: Seconds = 1e-3
/** Until then it may be about to. */
const LONG: Seconds = 900
/** Further apart they are two spells. */
const APART: Seconds = 300
const MOST_SPELLS = 100

export interface FarSpell {
  readonly source: number
  from: Seconds
  to: Seconds
  rows: number
  /** The largest root mean square, and the largest measurement. */
  rms: Seconds
  most: Seconds
  readonly file: number
  readonly line: number
  /** It had not been locked before. */
  readonly starting: boolean
  /** It was locked afterwards. */
  over: boolean
}

interface Row {
  readonly at: Seconds
  readonly rms: Seconds
  readonly most: Seconds
  readonly file: number
  readonly line: number
}

interface Source {
  rows: number
  squares: number
  most: Seconds
  locked: boolean
  last: FarSpell | undefined
  /** All of it. */
  readonly whole: FarSpell
  /** It has ever been near. */
  near: boolean
}

export class OffsetSizes {
  readonly daemon: Daemon = 'other'
  rows = 0
  from: Seconds = Number.POSITIVE_INFINITY
  to: Seconds = Number.NEGATIVE_INFINITY
  readonly spells: FarSpell[] = []
  readonly #sources = new Map<number, Source>()

  add({ at, source, offset, dispersion, line, file, rows }: SampleBlock): void {
    for (let row = 0; row < rows; row++)
      this.#row(source[row]!, {
        at: at[row]!,
        rms: offset[row]!,
        most: dispersion[row]!,
        file,
        line: line[row]!,
      })
  }

  /** Of those whose servo was locked, since then and without what they were far off: the worst of them. */
  get locked(): { readonly rms: Seconds; readonly most: Seconds } | undefined {
    const all = [...this.#sources.values()]
      .filter(({ rows }) => rows > 0)
      .map(({ rows, squares, most }) => ({ rms: Math.sqrt(squares / rows), most }))
    return all.sort((a, b) => b.rms - a.rms)[0]
  }

  /** Those that were never near, for long, and never far. */
  get neverNear(): FarSpell[] {
    return [...this.#sources.values()]
      .filter(({ near, locked, whole }) => !near && locked && whole.to - whole.from > LONG)
      .map(({ whole }) => whole)
  }

  #row(name: number, one: Row): void {
    const source = this.#sourceOf(name, one)
    extend(source.whole, one)
    source.near ||= one.rms <= NEAR
    this.rows++
    this.from = Math.min(this.from, one.at)
    this.to = Math.max(this.to, one.at)
    if (one.most <= FAR) {
      source.locked = true
      source.rows++
      source.squares += one.rms ** 2
      source.most = Math.max(source.most, one.most)
      if (source.last) source.last.over = true
      return
    }
    const { last } = source
    if (last && one.at - last.to < APART && last.starting === !source.locked) {
      extend(last, one)
      last.over = false
      return
    }
    source.last = begun(name, one, !source.locked)
    extend(source.last, one)
    if (this.spells.length < MOST_SPELLS) this.spells.push(source.last)
  }

  #sourceOf(name: number, one: Row): Source {
    const known = this.#sources.get(name)
    if (known) return known
    const source = {
      rows: 0,
      squares: 0,
      most: 0,
      locked: false,
      last: undefined,
      whole: begun(name, one, true),
      near: false,
    }
    this.#sources.set(name, source)
    return source
  }
}

const begun = (source: number, { at, file, line }: Row, starting: boolean): FarSpell => ({
  source,
  from: at,
  to: at,
  rows: 0,
  rms: 0,
  most: 0,
  file,
  line,
  starting,
  over: false,
})

function extend(spell: FarSpell, { at, rms, most }: Row): void {
  spell.to = at
  spell.rows++
  spell.rms = Math.max(spell.rms, rms)
  spell.most = Math.max(spell.most, most)
}
