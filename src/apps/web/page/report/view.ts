/** What is being looked at: which time, which of the offsets, on which scale, which hosts. Whoever draws listens. */
import type { Curve, HostCurves, Span } from '#report/explain/curves.ts'

export type Scaling = 'linear' | 'logarithmic'
export type Offset = 'measured' | 'taken'

/** Nobody needs to see less. */
const NARROWEST = 4
/** Hosts that are shown at first: each has a colour of its own. */
const AT_FIRST = 8

export class View {
  readonly hosts: readonly HostCurves[]
  readonly whole: Span
  window: Span
  scaling: Scaling
  offset: Offset
  readonly hidden = new Set<number>()
  readonly #listeners = new Set<(what: 'window' | 'lines') => void>()

  constructor(hosts: readonly HostCurves[], scaling: Scaling) {
    this.hosts = hosts
    this.whole = spanOf(hosts)
    this.window = this.whole
    this.scaling = scaling
    this.offset = hosts.some(({ measured }) => measured) ? 'measured' : 'taken'
    for (let i = AT_FIRST; i < hosts.length; i++) this.hidden.add(i)
  }

  /** The time in which all hosts that have one were steady; else of the first that was. */
  get steady(): Span | undefined {
    const all = this.hosts.flatMap(({ steady }) => steady ?? [])
    const [first] = all
    if (!first) return undefined
    const from = Math.max(...all.map(each => each.from))
    const to = Math.min(...all.map(each => each.to))
    return from < to ? { from, to } : first
  }

  /** Whether something that happened lies in the window. */
  get marked(): boolean {
    const { from, to } = this.window
    return this.hosts.some(
      ({ happenings }, i) => !this.hidden.has(i) && happenings.some(({ at }) => at >= from && at <= to),
    )
  }

  onChange(listener: (what: 'window' | 'lines') => void): void {
    this.#listeners.add(listener)
  }

  zoomTo({ from, to }: Span): void {
    const { whole } = this
    const width = Math.min(whole.to - whole.from, Math.max(NARROWEST, to - from))
    const middle = (from + to) / 2
    const begin = Math.min(whole.to - width, Math.max(whole.from, middle - width / 2))
    this.window = { from: begin, to: begin + width }
    this.#tell('window')
  }

  /** About a moment, which stays where it is. */
  zoomBy(factor: number, about = (this.window.from + this.window.to) / 2): void {
    const { from, to } = this.window
    this.zoomTo({ from: about - (about - from) * factor, to: about + (to - about) * factor })
  }

  panBy(share: number): void {
    const by = share * (this.window.to - this.window.from)
    this.zoomTo({ from: this.window.from + by, to: this.window.to + by })
  }

  set(change: { readonly scaling?: Scaling; readonly offset?: Offset }): void {
    this.scaling = change.scaling ?? this.scaling
    this.offset = change.offset ?? this.offset
    this.#tell('lines')
  }

  toggle(host: number): void {
    if (!this.hidden.delete(host)) this.hidden.add(host)
    this.#tell('lines')
  }

  redraw(): void {
    this.#tell('lines')
  }

  #tell(what: 'window' | 'lines'): void {
    for (const listener of this.#listeners) listener(what)
  }
}

function spanOf(hosts: readonly HostCurves[]): Span {
  const curves = hosts.flatMap(({ measured, taken, delay, frequency }) =>
    [measured, taken, delay, frequency].filter((each): each is Curve => each !== undefined),
  )
  const ends = curves.map(
    ({ origin, width, steps }) => origin + (steps.reduce((sum, step) => sum + step, 0) + 1) * width,
  )
  return { from: Math.min(...curves.map(({ origin }) => origin)), to: Math.max(...ends) }
}
