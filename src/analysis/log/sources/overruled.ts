/**
 * What a source measures while it is wrong for some time: it is far off, others are asked meanwhile and find the clock right, and it is
 * as far off as before when it is asked again. A clock that was off was so against all of them. chronyd asks one that is wrong each
 * minute, and the others as seldom as before: rows wait until these have told.
 */
import type { Seconds } from '#core/time/units.ts'
import { BLOCK_ROWS } from '#core/trace/series.ts'
import { isAbout } from '../disturbances/alike.ts'
import { mostExplained } from './most-explained.ts'

/** Beyond what networks and the settling of a daemon leave. */
const FAR: Seconds = 0.02
/** Of what it is off by: who is nearer to zero finds the clock right. */
const NEAR = 0.5
/** So many tell, and more than agree with it. */
const LEAST_WITNESSES = 2
/** In so many rows all have been asked. */
const MOST_WAIT = 1024

/** Rows as the measures take them. */
export interface Measured {
  readonly at: Float64Array
  readonly offset: Float64Array
  readonly delay: Float64Array
  readonly rows: number
}

/** A source is far off, by about the same. */
interface Run {
  readonly size: Seconds
  readonly explained: Seconds
  /** What others said since it began: whether they are against it. */
  readonly others: Map<number, boolean>
  /** Nothing is decided yet. */
  open: boolean
  wrong: boolean
}

interface Waiting {
  readonly at: Seconds
  readonly offset: Seconds
  readonly delay: Seconds
  readonly run: Run | undefined
}

export class Overruled {
  readonly #take: (rows: Measured, worst?: Seconds) => void
  readonly #runs = new Map<number, Run>()
  readonly #waiting: Waiting[] = []
  readonly #sources = new Set<number>()
  readonly #at = new Float64Array(BLOCK_ROWS)
  readonly #offset = new Float64Array(BLOCK_ROWS)
  readonly #delay = new Float64Array(BLOCK_ROWS)
  #rows = 0

  constructor(take: (rows: Measured, worst?: Seconds) => void) {
    this.#take = take
  }

  /** Some of what these measured was left out. */
  get sources(): ReadonlySet<number> {
    return this.#sources
  }

  /** None of the offsets is worse than this. */
  add(block: Measured & { readonly source: Uint16Array }, worst: Seconds): void {
    if (worst <= FAR && this.#runs.size === 0) {
      this.#take(block, worst)
      return
    }
    for (let row = 0; row < block.rows; row++) {
      const [at, offset, delay] = [block.at[row]!, block.offset[row]!, block.delay[row]!]
      const run = Number.isNaN(offset)
        ? undefined
        : this.#hear(block.source[row]!, offset, mostExplained(delay))
      this.#waiting.push({ at, offset, delay, run })
      if (this.#waiting.length > MOST_WAIT) this.#waiting[0]!.run!.open = false
      this.#release()
    }
    this.#hand()
  }

  /** Lets go what waits. */
  settle(): void {
    for (const { run } of this.#waiting) if (run) run.open = false
    this.#release()
    this.#hand()
  }

  /** To which run a measurement belongs, once it has said what it says of the others. */
  #hear(source: number, offset: Seconds, explained: Seconds): Run | undefined {
    for (const [other, run] of this.#runs) {
      if (other === source) continue
      const differs = Math.abs(offset - run.size) > run.explained + explained
      if (isAbout(offset, run.size)) run.others.set(source, false)
      else if (differs && offset / run.size < NEAR) run.others.set(source, true)
    }
    const last = this.#runs.get(source)
    if (last && isAbout(offset, last.size)) {
      if (!last.wrong && isOverruled(last)) {
        last.wrong = true
        last.open = false
        this.#sources.add(source)
      }
      return last
    }
    if (last) {
      last.open = false
      this.#runs.delete(source)
    }
    if (!(Math.abs(offset) > FAR + explained)) return undefined
    const run = { size: offset, explained, others: new Map(), open: true, wrong: false }
    this.#runs.set(source, run)
    return run
  }

  /** In their order, up to the first that may be either. */
  #release(): void {
    const until = this.#waiting.findIndex(({ run }) => run?.open)
    for (const { at, offset, delay, run } of this.#waiting.splice(
      0,
      until < 0 ? this.#waiting.length : until,
    )) {
      if (run?.wrong) continue
      if (this.#rows === BLOCK_ROWS) this.#hand()
      this.#at[this.#rows] = at
      this.#offset[this.#rows] = offset
      this.#delay[this.#rows++] = delay
    }
  }

  #hand(): void {
    const rows = this.#rows
    this.#rows = 0
    if (rows > 0) this.#take({ at: this.#at, offset: this.#offset, delay: this.#delay, rows })
  }
}

function isOverruled({ others }: Run): boolean {
  const against = [...others.values()].filter(Boolean).length
  return against >= LEAST_WITNESSES && against > others.size - against + 1
}
