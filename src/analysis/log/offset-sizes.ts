/**
 * How far a clock was off, where each row sums up many measurements without their sign (`rms … max …` of ptp4l and phc2sys). Until
 * a servo is locked it measures what it has not begun to steer: only what comes afterwards tells how it kept its clock.
 */

import type { Seconds } from '#core/time/units.ts'
import type { Daemon, SampleBlock } from '#core/trace/series.ts'

/** A servo that is off by more has not been locked yet; and later it is not locked any more. */
export const FAR: Seconds = 0.01
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

interface Source {
  rows: number
  squares: number
  most: Seconds
  locked: boolean
  last: FarSpell | undefined
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

  #row(name: number, one: { at: Seconds; rms: Seconds; most: Seconds; file: number; line: number }): void {
    const source = this.#sourceOf(name)
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
      last.to = one.at
      last.rows++
      last.rms = Math.max(last.rms, one.rms)
      last.most = Math.max(last.most, one.most)
      last.over = false
      return
    }
    const { at, rms, most, file, line } = one
    const starting = !source.locked
    source.last = { source: name, from: at, to: at, rows: 1, rms, most, file, line, starting, over: false }
    if (this.spells.length < MOST_SPELLS) this.spells.push(source.last)
  }

  #sourceOf(name: number): Source {
    const known = this.#sources.get(name)
    if (known) return known
    const source = { rows: 0, squares: 0, most: 0, locked: false, last: undefined }
    this.#sources.set(name, source)
    return source
  }
}
