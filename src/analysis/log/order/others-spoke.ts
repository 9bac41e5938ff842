/**
 * When programs that keep no clock wrote into the log of a system: its machine ran then, whether or not anybody kept its clock; and where the
 * stamps of their lines go back.
 */
import { grouped } from '#core/grouped.ts'
import type { Seconds } from '#core/time/units.ts'
import type { ReadingBlock } from '#core/trace/series.ts'
import { Largest } from '../statistics/largest.ts'
import type { WentBack } from './returns.ts'

/** Hardly a log is silent for so long while its machine runs: it was shut down overnight. */
const SILENCE: Seconds = 43_200
/** A machine that does little may write no more often than that. */
const PAUSE: Seconds = 7200
const MOST_SPANS = 1000
const MOST_PAUSES = 256
/** As far as their reader tells of each. */
const BACK: Seconds = 60
/** A log that runs backwards more often is out of order. */
const MOST_RETURNS = 2

interface Heard {
  readonly file: number
  readonly at: Seconds
  readonly line: number
  readonly local: boolean
}

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
  readonly #last = new Map<number, Heard>()
  readonly #pauses = new Largest<Span>(MOST_PAUSES, ({ from, to }) => to - from)
  readonly #returns: { readonly before: Heard; readonly after: Heard }[] = []

  /** The value is 1 where the stamp is of an unknown zone, else 0; that of one that may keep the clock is not known. */
  add({ at, value, file, line, rows }: ReadingBlock): void {
    for (let row = 0; row < rows; row++)
      if (Number.isNaN(value[row])) this.mayKeep = true
      else {
        const heard = { file, at: at[row]!, line: line[row]!, local: value[row] === 1 }
        this.#spoke(heard)
        this.#compare(heard)
      }
  }

  #spoke({ file, at, local }: Heard): void {
    const span = this.#spans.find(
      each =>
        each.file === file && each.local === local && at >= each.from - SILENCE && at <= each.to + SILENCE,
    )
    if (span) {
      span.from = Math.min(span.from, at)
      span.to = Math.max(span.to, at)
    } else if (this.#spans.length < MOST_SPANS) this.#spans.push({ file, local, from: at, to: at })
  }

  #compare(after: Heard): void {
    const before = this.#last.get(after.file)
    this.#last.set(after.file, after)
    if (before && before.local === after.local && after.at - before.at > PAUSE)
      this.#pauses.offer({ ...after, from: before.at, to: after.at })
    if (
      before &&
      before.at - after.at > BACK &&
      before.line < after.line &&
      this.#returns.length < MOST_SPANS
    )
      this.#returns.push({ before, after })
  }

  /** Where a file that is in order goes back. */
  get returns(): WentBack[] {
    const settled = (heard: Heard) => (heard.local ? { ...heard, at: heard.at + this.#shifted } : heard)
    return [...grouped(this.#returns, ({ after }) => after.file).values()]
      .filter(all => all.length <= MOST_RETURNS)
      .flat()
      .map(({ before, after }) => ({
        before: settled(before),
        after: settled(after),
        by: before.at - after.at,
      }))
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
    return coveredBy(this.#settled, from, to)
  }

  /** For how long they wrote again and again: where all were silent for hours the machine may have been off. */
  oftenWithin(from: Seconds, to: Seconds): Seconds {
    const pauses = this.#pauses.all.map(each => this.#shift(each))
    const busy = this.#settled.flatMap(span => without(span, pauses))
    return coveredBy(busy, from, to).time
  }

  /** Since when they had written nothing into a file, of hours in which they were silent. */
  silentAt(at: Seconds, file: number): Seconds | undefined {
    const pauses = this.#pauses.all.map(each => this.#shift(each))
    return pauses.find(each => each.file === file && at > each.from + PAUSE && at <= each.to)?.from
  }

  get #settled(): Span[] {
    return this.#spans.map(span => this.#shift(span))
  }

  #shift(span: Span): Span {
    const by = this.#shifted
    return span.local ? { ...span, from: span.from + by, to: span.to + by } : span
  }
}

function coveredBy(spans: Span[], from: Seconds, to: Seconds) {
  let [time, end] = [0, from]
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const until = Math.min(span.to, to)
    time += Math.max(0, until - Math.max(span.from, end))
    end = Math.max(end, until)
  }
  return { time, to: end }
}

/** What the pauses of its file leave of it. */
function without(span: Span, pauses: readonly Span[]): Span[] {
  const within = pauses.filter(({ file, from, to }) => file === span.file && from < span.to && to > span.from)
  const ends = within.sort((a, b) => a.from - b.from)
  return [...ends, { from: span.to }].map(({ from }, i) => ({
    ...span,
    from: i === 0 ? span.from : ends[i - 1]!.to,
    to: from,
  }))
}
