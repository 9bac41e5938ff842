/**
 * Changes of the way to a source. Queues make single delays longer; the least delay of some polls in a row stays, until packets go
 * another way. Then it is another one at once, and stays there. The offset moves with it by half of the difference where only one
 * direction changed, and not at all where both did alike.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import { grown } from '../statistics/grown.ts'
import { Largest } from '../statistics/largest.ts'

const MOST = 64
/** Polls of which the least delay is taken, and how many such in a row must agree on the new way. */
const POLLS = 4
const AGREE = 3
/** A way is another one from so much on, and by so much of what it was. */
const LEAST: Seconds = 5e-3
const SHARE = 0.2
/** What the least delays of one way differ by, of the change; in congestion they differ more. */
const SAME = 0.15
/** What delays in a row exceed the least of them by on average, of the change: a queue comes and goes, before it or since then. */
const STEADY = 0.3
/** RMS jitter of offsets, as that of delays: one direction is half of it. */
const BOTH_WAYS = 2
/** How much a new least delay counts for what is usual. */
const FOLLOW = 0.2

export interface RouteChange {
  readonly source: number
  /** Some polls before the first by the new way, and some after it. */
  readonly from: Seconds
  readonly to: Seconds
  readonly before: Seconds
  readonly after: Seconds
  /** By how much the offset moved. */
  readonly moved: Seconds
  /** How much of that was left when the way changed again, or at the end: what is gone was followed by the clock. */
  readonly left: Seconds
  readonly file: number
  readonly line: number
}

/** A way that lasts, and the offset before it. */
interface Open {
  readonly change: RouteChange & { left: Seconds }
  readonly offset: Seconds
}

/** Some polls in a row. */
interface Bucket {
  /** The last poll before as many polls before them. */
  readonly from: Seconds
  readonly to: Seconds
  readonly line: number
  readonly delay: Seconds
  /** The mean of its delays. */
  readonly mean: Seconds
  readonly offset: Seconds
}

const FIELDS = 12
const COUNT = 0
/** Of the polls since. */
const DELAY = 1
const DELAYS = 2
const OFFSETS = 3
/** The last poll before these, and the last before those. */
const FROM = 4
const SINCE = 5
/** The way as it is: its least delay, its offset, and whether some polls differ from it. */
const WAY_DELAY = 6
const WAY_OFFSET = 7
const DIFFERS = 8
/** What delays of the way exceed the least of some on average. */
const WAY_QUEUE = 9
/** Of the polls since, what a filter kept back. */
const KEPT_BACK = 10
/** How often some polls agreed with the way: the first of all may be those of a burst, all in one queue. */
const WAY_SEEN = 11

export class Routes {
  readonly #largest = new Largest<RouteChange>(MOST, ({ before, after }) => Math.abs(after - before))
  #state: Float64Array = begin(new Float64Array(64 * FIELDS), 0)
  /** Of each source: least delays that differ from its way, and agree with each other. */
  readonly #others = new Map<number, Bucket[]>()
  /** Of each source, the last change of its way. */
  readonly #last = new Map<number, Open>()

  add({ at, source, offset, delay, jitter, line, file, rows, exchanges, daemon }: SampleBlock): void {
    // A filter shows the quickest of some packets, and beside it how the others differ.
    const filtered = !exchanges && daemon === 'ntpd'
    let state = this.#state
    for (let row = 0; row < rows; row++) {
      const trip = delay[row]!
      if (!(trip > 0) || Number.isNaN(offset[row]!)) continue
      const who = source[row]!
      const s = who * FIELDS
      if (s + FIELDS > state.length) state = this.#grow(s + FIELDS)
      state[s + DELAYS]! += trip
      if (filtered && jitter[row]! > 0) state[s + KEPT_BACK]! += BOTH_WAYS * jitter[row]!
      state[s + OFFSETS]! += offset[row]!
      // Without a branch: which of some polls is the quickest would be guessed wrongly.
      state[s + DELAY] = Math.min(state[s + DELAY]!, trip)
      if (++state[s + COUNT]! < POLLS) continue
      const way = state[s + WAY_DELAY]!
      const change = state[s + DELAY]! - way
      const begins = way === 0 || (change < 0 && state[s + WAY_SEEN]! < AGREE)
      if (begins || Math.abs(change) < Math.max(LEAST, SHARE * way)) {
        const share = begins ? 1 : FOLLOW
        state[s + WAY_SEEN]!++
        const queue = state[s + DELAYS]! / POLLS - state[s + DELAY]!
        const all = queue + state[s + KEPT_BACK]! / POLLS
        state[s + WAY_QUEUE]! += share * (all - state[s + WAY_QUEUE]!)
        // A queue that grows makes no way longer.
        if (change < 0 || begins || queue < LEAST / 2) state[s + WAY_DELAY] = way + share * change
        state[s + WAY_OFFSET]! += share * (state[s + OFFSETS]! / POLLS - state[s + WAY_OFFSET]!)
        state[s + DIFFERS] = 0
      } else this.#judge(who, { to: at[row]!, file, line: line[row]! })
      state[s + SINCE] = state[s + FROM]!
      state[s + FROM] = at[row]!
      state[s + COUNT] = state[s + DELAYS] = state[s + OFFSETS] = state[s + KEPT_BACK] = 0
      state[s + DELAY] = Number.POSITIVE_INFINITY
    }
  }

  get all(): readonly RouteChange[] {
    for (const source of this.#last.keys()) this.#settle(source)
    return this.#largest.all
  }

  #settle(source: number): void {
    const open = this.#last.get(source)
    if (open) open.change.left = this.#state[source * FIELDS + WAY_OFFSET]! - open.offset
  }

  /** These polls differ from the way. */
  #judge(source: number, { to, file, line }: Pick<RouteChange, 'to' | 'file' | 'line'>): void {
    const state = this.#state
    const s = source * FIELDS
    const way = state[s + WAY_DELAY]!
    const delay = state[s + DELAY]!
    const change = Math.abs(delay - way)
    const others = state[s + DIFFERS] === 0 ? [] : this.#others.get(source)!
    const mean = state[s + DELAYS]! / POLLS
    const queued = mean - delay > STEADY * change || state[s + KEPT_BACK]! / POLLS > change
    const [first] = others
    const agrees = first && Math.abs(delay - first.delay) < SAME * Math.abs(first.delay - way)
    const bucket: Bucket = {
      from: state[s + SINCE]!,
      to,
      line,
      delay,
      mean,
      offset: state[s + OFFSETS]! / POLLS,
    }
    const seen = queued ? [] : agrees ? [...others, bucket] : [bucket]
    const after = Math.min(...seen.map(each => each.delay))
    const queue = seen.reduce((sum, each) => sum + each.mean - after, 0) / seen.length
    const now = seen.length === AGREE && queue > STEADY * Math.abs(after - way) ? seen.slice(1) : seen
    this.#others.set(source, now)
    state[s + DIFFERS] = now.length
    if (now.length < AGREE) return
    const began = now[0]!
    const hadQueue = state[s + WAY_QUEUE]! > STEADY * Math.abs(after - way)
    state[s + WAY_QUEUE] = queue
    const offset = upperMedian(now.map(each => each.offset))
    this.#settle(source)
    const moved = offset - state[s + WAY_OFFSET]!
    const found = {
      source,
      from: began.from,
      to: began.to,
      before: way,
      after,
      moved,
      left: moved,
      file,
      line: began.line,
    }
    // The end of a queue is no other way.
    if (!(hadQueue && after < way)) {
      this.#largest.offer(found)
      this.#last.set(source, { change: found, offset: state[s + WAY_OFFSET]! })
    }
    state[s + WAY_DELAY] = after
    state[s + WAY_OFFSET] = offset
    state[s + WAY_SEEN] = AGREE
    state[s + DIFFERS] = 0
  }

  #grow(least: number): Float64Array {
    this.#state = begin(grown(this.#state, least), this.#state.length)
    return this.#state
  }
}

/** No delay is known yet. */
function begin(state: Float64Array, from: number): Float64Array {
  for (let s = from; s + FIELDS <= state.length; s += FIELDS) state[s + DELAY] = Number.POSITIVE_INFINITY
  return state
}
