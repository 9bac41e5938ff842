/** When programs that keep no clock wrote into the log of a system: its machine ran then, whether or not anybody kept its clock. */
import type { Seconds } from '#core/time/units.ts'
import type { ReadingBlock } from '#core/trace/series.ts'

/** Hardly a log is silent for so long while its machine runs: it was shut down overnight. */
const SILENCE: Seconds = 43_200
const MOST_SPANS = 1000

interface Span {
  readonly file: number
  readonly local: boolean
  from: Seconds
  to: Seconds
}

export class OthersSpoke {
  /** One of them may keep the clock itself, in words that nobody reads here. */
  mayKeep = false
  #shifted: Seconds = 0
  readonly #spans: Span[] = []

  /** The value is 1 where the stamp is of an unknown zone, else 0; that of one that may keep the clock is not known. */
  add({ at, value, file, rows }: ReadingBlock): void {
    for (let row = 0; row < rows; row++)
      if (Number.isNaN(value[row])) this.mayKeep = true
      else this.#spoke(file, at[row]!, value[row] === 1)
  }

  #spoke(file: number, at: Seconds, local: boolean): void {
    const span = this.#spans.find(
      each =>
        each.file === file && each.local === local && at >= each.from - SILENCE && at <= each.to + SILENCE,
    )
    if (span) {
      span.from = Math.min(span.from, at)
      span.to = Math.max(span.to, at)
    } else if (this.#spans.length < MOST_SPANS) this.#spans.push({ file, local, from: at, to: at })
  }

  shiftLocal(by: Seconds): void {
    this.#shifted += by
  }

  /** When they wrote last into a file. */
  lastIn(file: number): Seconds | undefined {
    const ends = this.#settled.filter(span => span.file === file).map(({ to }) => to)
    return ends.length > 0 ? Math.max(...ends) : undefined
  }

  /** For how long they wrote between these, and when last. */
  within(from: Seconds, to: Seconds): { readonly time: Seconds; readonly to: Seconds } {
    let [time, end] = [0, from]
    for (const span of this.#settled.sort((a, b) => a.from - b.from)) {
      const until = Math.min(span.to, to)
      time += Math.max(0, until - Math.max(span.from, end))
      end = Math.max(end, until)
    }
    return { time, to: end }
  }

  get #settled(): Span[] {
    const by = this.#shifted
    return this.#spans.map(span => (span.local ? { ...span, from: span.from + by, to: span.to + by } : span))
  }
}
