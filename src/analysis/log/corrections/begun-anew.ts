/**
 * When chronyd was started, by its own logs alone: it writes the head of the columns before the first row of each, and again before
 * each 32nd, or as often as it was told. A head that comes sooner is of a start; but at the top of a file it may be of a new file.
 *
 * One that comes in its turn is of a start where a source is heard twice within seconds right after it, as it is in no other moment
 * (`iburst`), and in tracking.log where its row says so. A reference clock may be read as often all the time.
 *
 * In tracking.log that first row follows no source. Where chronyd that runs loses its sources, or notices that somebody set the
 * clock, the row is the same, and has no head but by its number.
 */
import type { Seconds } from '#core/time/units.ts'
import type { ReadingBlock, SampleBlock, UpdateBlock } from '#core/trace/series.ts'
import { grown } from '../statistics/grown.ts'

/** Its lines. */
const HEAD = 3
/** Rows from one head to the next (`logbanner`). */
const USUAL = 32
/** So often as many of them are no chance. */
const TIMES = 3
const MOST = 4096
/** From one measurement of a source to the next, while it is asked quickly. */
const QUICK: Seconds = 4
const FIELDS = 3
const AT = 0
const WAIT = 1
const WAIT_BEFORE = 2

export class BegunAnew {
  readonly #begun: { readonly at: Seconds; readonly rows: number }[] = []
  #file = -1
  #line = 0
  /** Since the last head in this file; not a number before the first. */
  #rows = Number.NaN
  #longest = 0
  #ofLongest = 0
  readonly #told: Seconds[] = []
  #headAt: Seconds = Number.NaN
  #inTurn: { readonly at: Seconds; readonly source: number } | undefined
  /** When each source was heard last, and for how long it had not been then, and the time before that. */
  #heard: Float64Array = new Float64Array(64 * FIELDS).fill(Number.NaN)

  /** Rows that say so themselves. */
  told({ at, rows }: ReadingBlock): void {
    for (let row = 0; row < rows && this.#told.length < MOST; row++) this.#told.push(at[row]!)
  }

  add(block: SampleBlock | UpdateBlock): void {
    const { at, line, file, rows } = block
    const stratum = block.kind === 'updates' ? block.stratum : undefined
    if (file !== this.#file) {
      this.#file = file
      this.#line = 0
      this.#rows = Number.NaN
    }
    for (let row = 0; row < rows; row++) {
      const headed = line[row]! === this.#line + HEAD + 1
      this.#line = line[row]!
      if (headed) {
        this.#head(at[row]!, stratum?.[row])
        if (block.kind === 'samples') this.#turn(at[row]!, block.source[row]!)
        this.#rows = 1
      } else {
        this.#rows++
        if (this.#inTurn && block.kind === 'samples') this.#heardAgain(at[row]!, block.source[row]!)
      }
      if (block.kind === 'samples') this.#hear(at[row]!, block.source[row]!)
    }
  }

  #hear(at: Seconds, source: number): void {
    const s = source * FIELDS
    if (s + FIELDS > this.#heard.length) {
      const known = this.#heard.length
      this.#heard = grown(this.#heard, s + FIELDS).fill(Number.NaN, known)
    }
    this.#heard[s + WAIT_BEFORE] = this.#heard[s + WAIT]!
    this.#heard[s + WAIT] = Math.abs(at - this.#heard[s + AT]!)
    this.#heard[s + AT] = at
  }

  /** Where all sources are asked each second, or this one is, no such pace tells anything. */
  #turn(at: Seconds, source: number): void {
    const quick = [WAIT, WAIT_BEFORE].some(wait => this.#heard[source * FIELDS + wait]! <= 2 * QUICK)
    const slow = !quick && at - this.#headAt > QUICK * USUAL
    this.#inTurn = this.#rows === USUAL && slow ? { at, source } : undefined
    this.#headAt = at
  }

  #heardAgain(at: Seconds, source: number): void {
    const { at: first, source: whose } = this.#inTurn!
    const quickly = at >= first && at - first <= QUICK
    if (quickly && source !== whose) return
    if (quickly && this.#begun.length < MOST) this.#begun.push({ at: first, rows: 0 })
    this.#inTurn = undefined
  }

  /** But for heads that came in their turn. */
  get all(): Seconds[] {
    const turn = this.#ofLongest < TIMES ? USUAL : this.#longest
    const headed = this.#begun.filter(({ rows }) => rows < turn).map(({ at }) => at)
    return [...headed, ...this.#told.filter(at => !headed.includes(at))]
  }

  #head(at: Seconds, stratum: number | undefined): void {
    const rows = this.#rows
    if (rows > this.#longest) {
      this.#longest = rows
      this.#ofLongest = 0
    }
    if (rows === this.#longest) this.#ofLongest++
    const begun = rows !== USUAL && (stratum === undefined ? rows > 0 : stratum === 0)
    // By that row alone it is a start, after however many.
    if (begun && this.#begun.length < MOST) this.#begun.push({ at, rows: stratum === undefined ? rows : 0 })
  }
}
