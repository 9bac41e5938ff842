/**
 * Jumps as chrony's statistics.log shows them. A row is a line through the last n measurements of a source; one measurement
 * that lies elsewhere bends it, and its standard deviation leaps at that very poll.
 *
 * The bent row tells by how much. Of points that lie on a line but for the last one, which is off by S, weighted least
 * squares take the share h into the estimate, its offset is E = h S, and its standard deviation (regress.c, sb0) is such
 * that (n - 2) sb0² = E (S - E), whatever the weights: S = E + (n - 2) sb0² / E. What chronyd corrected before that row, by
 * another source, is missing from E, but not before the first row of all that shows the jump.
 *
 * A line that the last measurements take along with them is straight by its own standard deviation, and only the one of its offset tells
 * that it does not know where it leads to (Offset sd): of such a row nothing is known but that something happened.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'

/** Beyond the usual standard deviation of this source. */
const BENT = 20
const LEAST: Seconds = 5e-3
/** Of the largest offset: what is left when a line is straight again. */
const STRAIGHT = 0.02
const WARM_UP = 6
const LONGEST = 64
const FOLLOW = 1.1
const MOST = 1024
/** By how much more a line is bent by another measurement that lies elsewhere; while it becomes straight again it is less each time. */
const LEAPT = 1.5
/** How far off a single measurement is, of the usual standard deviation. */
const NOISE = 4
/** Of the size of a jump: where an offset is known no better, its line is not straight. */
const UNSURE = 0.1
/** Of what is printed with four digits. */
const ROUNDED = 0.005
/** Of two such numbers: what lies between them, though they look alike, or differ by one in the last place. */
const PRINTED = 1e-3

export interface Break {
  readonly source: number
  readonly from: Seconds
  readonly to: Seconds
  /** When the line was straight again. */
  readonly straightAt: Seconds
  readonly size: Seconds
  readonly uncertainty: Seconds
  /** Its first line was straight: chronyd had forgotten all before it, as it does when it notices that the clock was set. */
  readonly anew: boolean
  /** By how much the offset grew in a second, as the first straight line has it: more than before where its rate had changed. NaN where that line still is bent a little. */
  readonly slope: Rate
  /** Sources whose lines were straight meanwhile; of those that were not heard, whose next one was. */
  against: number
  readonly file: number
  readonly line: number
}

interface Bent {
  readonly from: Seconds
  readonly to: Seconds
  readonly size: Seconds
  readonly uncertainty: Seconds
  /** The offset before it: a source may be off all the time. */
  readonly base: Seconds
  /** Its line did not know where it led to. */
  readonly carried: boolean
  readonly file: number
  readonly line: number
  /** Among the rows of all sources. */
  readonly began: number
  largest: Seconds
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
  /** Of its last row. */
  slope: Rate
  jitter: Seconds
}

export class Breaks {
  readonly all: Break[] = []
  readonly #sources = new Map<number, Of>()
  /** Breaks during which nobody else was heard, and who may still contradict. */
  readonly #alone = new Map<Break, Set<number>>()
  #count = 0

  add({ at, source, offset, jitter, dispersion, points, slope, line, file, rows }: SampleBlock): void {
    for (let row = 0; row < rows; row++) {
      const of = this.#of(source[row]!)
      const one = {
        at: at[row]!,
        offset: offset[row]!,
        jitter: jitter[row]!,
        sd: dispersion[row]!,
        points: points[row]!,
        slope: slope[row]!,
      }
      if (!of.bent && of.rows >= WARM_UP && isBent(one, of))
        of.bent = {
          from: of.at,
          to: one.at,
          ...jumpIn(one, of),
          base: of.offset,
          carried: isCarried(one, of),
          began: this.#count,
          file,
          line: line[row]!,
          largest: 0,
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
      of.slope = one.slope
      of.jitter = one.jitter
    }
  }

  #follow(source: number, of: Of, bent: Bent, { at, offset, jitter, sd, slope }: Row): void {
    bent.rows++
    bent.largest = Math.max(bent.largest, Math.abs(offset - bent.base))
    const known = !bent.carried || sd < UNSURE * bent.largest
    const straight = known && jitter < Math.max(STRAIGHT * bent.largest, 2 * of.typical)
    const size = bent.carried ? offset - bent.base : bent.size
    if (straight && this.all.length < MOST) {
      const found: Break = {
        source,
        from: bent.from,
        to: bent.to,
        straightAt: at,
        size,
        uncertainty: bent.carried ? ROUNDED * Math.abs(size) + NOISE * of.typical : bent.uncertainty,
        anew: bent.rows === 1,
        slope: jitter < LEAST ? slope : Number.NaN,
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
    if (straight || bent.rows > LONGEST) {
      of.bent = undefined
      of.offset = offset
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
      slope: 0,
      jitter: 0,
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
  readonly points: number
  readonly slope: Rate
}

const isCarried = ({ offset, jitter, sd }: Row, before: Of): boolean => {
  const taken = Math.abs(offset - before.offset)
  return jitter < STRAIGHT * taken && sd > UNSURE * taken
}

/** The size of what bent this line, if it is the last of its measurements. */
function jumpIn({ offset, sd, points }: Row, before: Of): Pick<Bent, 'size' | 'uncertainty'> {
  const taken = offset - before.offset
  const size = taken + ((points - 2) * sd * sd) / taken
  // What is uncertain in the share that was taken is as many times as large in the whole.
  return { size, uncertainty: NOISE * before.typical * (size / taken) + ROUNDED * Math.abs(size) }
}

/**
 * Bent by a measurement, or straight and further off than it leads to, after chronyd noticed itself that its clock had been set. A straight
 * line that is nearer to zero than before was corrected, or that had been when it was last seen, and has run since then by its own rate; and
 * one that is where it was, by all digits that are printed, does not tell of any size.
 */
function isBent({ at, offset, jitter, slope }: Row, before: Of): boolean {
  const unusual = Math.max(BENT * before.typical, LEAST)
  const atLast = offset - slope * (at - before.at)
  const corrected = [offset, atLast].some(each => Math.abs(each) < 0.5 * Math.abs(before.offset))
  const moved = Math.abs(offset - before.offset)
  if (moved <= PRINTED * Math.max(Math.abs(offset), Math.abs(before.offset))) return false
  const further = Math.abs(offset - before.offset - before.slope * (at - before.at))
  return (jitter > unusual && jitter > LEAPT * before.jitter) || (!corrected && further > 10 * unusual)
}
