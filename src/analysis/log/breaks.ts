/**
 * Jumps as chrony's statistics.log shows them. A row is a line through the last measurements of a source; one measurement
 * that lies elsewhere bends it, and its standard deviation leaps at that very poll. chronyd then forgets what was before,
 * and corrects what each new line says, as long as it trusts it (maxjitter of 1 s, maxdistance of 3 s), until the line is
 * straight again: the corrections of a single source add up to the jump. Of several sources it is not known which was
 * followed; then the one that is straight again first says what was left, and where something was corrected before that,
 * the leap of the standard deviation tells the size: of seven measurements with the last one off by S it is 0.33 S.
 */
import type { Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'

/** Beyond the usual standard deviation of this source. */
const BENT = 20
const LEAST: Seconds = 5e-3
/** Of the largest offset: what is left when a line is straight again. */
const STRAIGHT = 0.02
const MAX_JITTER: Seconds = 1
const MAX_DISTANCE: Seconds = 3
const WARM_UP = 6
const LONGEST = 64
const FOLLOW = 1.1
const MOST = 1024
/** The last of seven points has a leverage of 13/28; the rest of it remains, over five degrees of freedom. */
const BEND_OF_ONE = Math.sqrt((1 - 13 / 28) / 5)

export interface Break {
  readonly source: number
  readonly from: Seconds
  readonly to: Seconds
  /** When the line was straight again. */
  readonly straightAt: Seconds
  /** The offset then, and the sum of all that chronyd may have corrected. */
  readonly left: Seconds
  readonly sum: Seconds
  /** Its first line was straight: chronyd had forgotten all before it, as it does when it notices that the clock was set. */
  readonly anew: boolean
  /** Estimated from the bend of the first line alone. */
  readonly bend: Seconds
  readonly corrected: boolean
  /** Sources whose lines were straight meanwhile; of those that were not heard, whose next one was. */
  against: number
  readonly file: number
  readonly line: number
}

interface Bent {
  readonly from: Seconds
  readonly to: Seconds
  readonly jitter: Seconds
  /** The offset before it: a source may be off all the time. */
  readonly base: Seconds
  readonly side: number
  readonly file: number
  readonly line: number
  /** Among the rows of all sources. */
  readonly began: number
  sum: Seconds
  largest: Seconds
  corrected: boolean
  rows: number
}

interface Of {
  rows: number
  /** Its last, among the rows of all. */
  row: number
  at: Seconds
  typical: Seconds
  bent: Bent | undefined
  /** Its last row with a straight line, among the rows of all, and the offset there. */
  straight: number
  offset: Seconds
}

export class Breaks {
  readonly all: Break[] = []
  readonly #sources = new Map<number, Of>()
  /** Breaks during which nobody else was heard, and who may still contradict. */
  readonly #alone = new Map<Break, Set<number>>()
  #count = 0

  add({ at, source, offset, jitter, dispersion, line, file, rows }: SampleBlock): void {
    for (let row = 0; row < rows; row++) {
      const of = this.#of(source[row]!)
      const one = {
        at: at[row]!,
        offset: offset[row]!,
        jitter: jitter[row]!,
        sd: dispersion[row]!,
        file,
        line: line[row]!,
      }
      if (!of.bent && of.rows >= WARM_UP && isBent(one, of))
        of.bent = {
          from: of.at,
          to: one.at,
          jitter: one.jitter,
          base: of.offset,
          side: Math.sign(one.offset - of.offset),
          began: this.#count,
          file,
          line: one.line,
          sum: 0,
          largest: 0,
          corrected: false,
          rows: 0,
        }
      of.row = this.#count
      if (of.bent) {
        for (const others of this.#alone.values()) others.delete(source[row]!)
        this.#follow(source[row]!, of, of.bent, one)
      } else {
        if (this.#alone.size > 0) this.#contradict(source[row]!)
        of.straight = this.#count
        of.offset = one.offset
        of.typical *= one.jitter > of.typical ? FOLLOW : 1 / FOLLOW
        if (of.rows < WARM_UP) of.typical = Math.max(of.typical, one.jitter)
      }
      this.#count++
      of.rows++
      of.at = one.at
    }
  }

  #follow(source: number, of: Of, bent: Bent, { at, offset: shown, jitter, sd }: Row): void {
    bent.rows++
    const offset = shown - bent.base
    bent.largest = Math.max(bent.largest, Math.abs(offset))
    const trusted = jitter <= MAX_JITTER && sd < MAX_DISTANCE
    if (trusted) bent.sum += offset
    const straight = jitter < Math.max(STRAIGHT * bent.largest, 2 * of.typical)
    if (straight && this.all.length < MOST) {
      const found: Break = {
        source,
        from: bent.from,
        to: bent.to,
        straightAt: at,
        left: offset,
        sum: bent.sum,
        bend: (bent.side * bent.jitter) / BEND_OF_ONE,
        corrected: bent.corrected,
        anew: bent.rows === 1,
        against: this.#straightSince(bent.began),
        file: bent.file,
        line: bent.line,
      }
      this.all.push(found)
      const others = [...this.#sources].filter(([who]) => who !== source)
      // What the others say after a step that chronyd noticed is corrected already.
      if (!found.anew && others.length > 0 && others.every(([, { row }]) => row < bent.began))
        this.#alone.set(found, new Set(others.map(([who]) => who)))
    }
    if (trusted) bent.corrected = true
    if (straight || bent.rows > LONGEST) {
      of.bent = undefined
      of.offset = shown
    }
  }

  /** Its first line since then is straight. One that is bent says nothing here: it is a break of its own. */
  #contradict(source: number): void {
    for (const [each, others] of this.#alone) {
      if (!others.delete(source)) continue
      each.against++
      this.#alone.delete(each)
    }
  }

  #straightSince(row: number): number {
    let count = 0
    for (const { straight } of this.#sources.values()) if (straight > row) count++
    return count
  }

  #of(source: number): Of {
    const of = this.#sources.get(source) ?? {
      rows: 0,
      row: -1,
      at: Number.NaN,
      typical: 1e-6,
      bent: undefined,
      straight: -1,
      offset: 0,
    }
    this.#sources.set(source, of)
    return of
  }
}

interface Row {
  readonly at: Seconds
  readonly offset: Seconds
  readonly jitter: Seconds
  readonly sd: Seconds
}

/**
 * Bent by a measurement, or straight and further off, after chronyd noticed itself that its clock had been set. A straight
 * line that is nearer to zero than before was corrected.
 */
function isBent({ offset, jitter }: Row, before: Of): boolean {
  const unusual = Math.max(BENT * before.typical, LEAST)
  const corrected = Math.abs(offset) < 0.5 * Math.abs(before.offset)
  return jitter > unusual || (!corrected && Math.abs(offset - before.offset) > 10 * unusual)
}
