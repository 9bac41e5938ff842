/**
 * What the logs of ntpd or chronyd show of their guest: rawstats or measurements.log say what each exchange of packets found,
 * loopstats or tracking.log what frequency the daemon had learned.
 *
 * A clock that is disciplined shows nothing of its oscillator by its offset, so the frequency error is the opposite of what the
 * daemon has settled on. While ntpd has an offset to remove, or is at its limit of 500 ppm, its frequency is not that of the
 * oscillator: at the limit, what the clock gains beside it tells; else it is a guess, and the story says so. Where offsets jump and further exchanges agree, the guest was paused (it is behind), or somebody has
 * set its clock (ahead). What the daemon corrects itself must not count: chronyd measures against the time that it
 * believes, and logs each correction of that, so they are added up again; of ntpd's clock only jumps away from zero count.
 */
import { Swings } from '#analysis/log/swings.ts'
import { duration, signed } from '#core/time/format.ts'
import { PPM, type Rate, type Seconds } from '#core/time/units.ts'
import type { LogEvent, Piece, SampleBlock, UpdateBlock } from '#core/trace/series.ts'
import { median, quantile } from '../score.ts'
import { announcingOf, sayAnnouncing } from './announcing.ts'
import { byHour, type Observed, type Reconstructed, storyOfObserved, sum } from './story.ts'

interface Exchange {
  /** By the guest's clock. */
  readonly clock: Seconds
  readonly source: number
  readonly offset: Seconds
  readonly delay: Seconds
}

interface Moment extends Exchange {
  /** True time from the first exchange on. */
  readonly at: Seconds
  /** What the daemon has corrected before. */
  readonly corrected: Seconds
  /** The last of it that it has told. */
  readonly last: Correction | undefined
}

/** One of chronyd's. */
interface Correction {
  /** By the time that it believes. */
  readonly at: Seconds
  readonly by: Seconds
  /** What it had to slew from there on. */
  readonly left: Seconds
  /** By how much that which is left changes in a second. */
  readonly pace: Rate
}

interface Frequency {
  readonly at: Seconds
  readonly rate: Rate
  /** The daemon had little to correct, and could. */
  readonly settled: boolean
}

/** Somebody has done it, while the daemon was slewing, or not. */
interface SetClock {
  readonly at: Seconds
  readonly by: Seconds
  readonly slewing?: boolean
}

interface Disturbances {
  readonly pauses: Observed['pauses']
  readonly steps: readonly SetClock[]
}

/** What the recording shows of the oscillator, and what it does not. */
type Oscillation = Required<Pick<Observed, 'frequencyError' | 'rates' | 'doubts'>>

const EVENTS: ReadonlySet<string> = new Set(['stepped', 'jumped-forward', 'jumped-backward'])
const FEWEST = 8
/** What jumps less is noise. */
const LEAST_JUMP: Seconds = 0.02
const NOISE_FACTOR = 10
/** How far offsets may come apart by themselves: of a clock that is kept, and of one that is being put right. */
const KEPT_DRIFT: Rate = 100e-6
const SLEWED_DRIFT: Rate = 700e-6
const KEPT: Seconds = 0.01
/** So many further exchanges must agree with a jump. */
const WITNESSES = 2
/** ntpd corrects no more than this. */
const MOST_FREQUENCY: Rate = 500e-6
const AT_THE_LIMIT: Rate = 0.99 * MOST_FREQUENCY
/** A kernel slews by no more than this, a tenth of each tick. */
const MOST_PACE: Rate = 0.1
/** What was settled for less of the time than the first tells nothing, and for less than the second leaves a doubt. */
const SETTLED_PART = 0.1
const SURELY_SETTLED = 0.5
/** Who learns frequencies so far apart follows something that moves, or moves by himself. */
const MOVING: Rate = 5e-6
/** Nothing arrived for so long, and for so many of the usual intervals: nothing came through. */
const LEAST_OUTAGE: Seconds = 3600
const OUTAGE_INTERVALS = 6

/** Takes in what is read of one guest's logs. */
export class LogRecording {
  /** By file: two logs may tell of the same exchanges. */
  readonly #files = new Map<number, Exchange[]>()
  readonly #filtered = new Map<number, Exchange[]>()
  readonly #frequencies: Frequency[] = []
  readonly #corrections: Correction[] = []
  readonly #events: LogEvent[] = []
  /** When the daemon began or ended. */
  readonly #lives: Seconds[] = []

  tell(piece: Piece): void {
    switch (piece.kind) {
      case 'samples':
        return this.#takeSamples(piece)
      case 'updates':
        return this.#takeUpdates(piece)
      case 'event':
        if (EVENTS.has(piece.what)) this.#events.push(piece)
        if (piece.what === 'started' || piece.what === 'ended') this.#lives.push(piece.at)
    }
  }

  get empty(): boolean {
    return this.#files.size === 0 && this.#filtered.size === 0
  }

  get span(): { readonly from: Seconds; readonly to: Seconds } | undefined {
    const all = this.#exchanges()
    return all.length === 0 ? undefined : { from: all[0]!.clock, to: all.at(-1)!.clock }
  }

  /** Undefined when there are too few exchanges to tell anything. */
  story(sourceNames: readonly string[]): Reconstructed | undefined {
    const exchanges = this.#exchanges()
    if (exchanges.length < FEWEST) return undefined
    const [first] = exchanges
    const moments = this.#momentsOf(exchanges)
    const offs = offsBySource(moments)
    const common = moments.map(each => ({ ...each, offset: each.offset - offs.get(each.source)! }))
    const offsets = common.map(({ offset }) => offset)
    const stepped = this.#events.filter(({ what }) => what === 'stepped')
    const oscillator = this.#oscillator(common, first!)
    const disturbances = this.#disturbances(common)
    const outages = this.#outages(common, disturbances.pauses)
    const named = common.map(each => ({ ...each, address: sourceNames[each.source] ?? '' }))
    const announcing = announcingOf(named)
    return storyOfObserved({
      about: "A story made from a daemon's logs: its oscillator, its paths, and what happened to it.",
      length: common.reduce((latest, { at }) => Math.max(latest, at), 0),
      ahead: -offsets[0]!,
      ...oscillator,
      doubts: [
        ...oscillator.doubts,
        ...saySwings(common, disturbances),
        ...outages.map(sayOutage),
        ...disturbances.steps.filter(({ slewing }) => slewing).map(saySetWhileSlewing),
        ...announcing.map(sayAnnouncing),
      ],
      outages,
      announcing,
      exchanges: named.map(({ address, source, delay }) => ({
        address,
        // A broadcast tells none.
        delay: Number.isNaN(delay) ? undefined : Math.max(0, delay),
        stratum: 1,
        off: offs.get(source)!,
      })),
      answered: 1,
      ...disturbances,
      seen: {
        samples: common.length,
        worst: offsets.reduce((most, offset) => Math.max(most, Math.abs(offset)), 0),
        rms: Math.sqrt(sum(offsets.map(offset => offset ** 2)) / offsets.length),
        steps: stepped.length,
      },
    })
  }

  #takeSamples({ exchanges, file, rows, at, source, offset, delay }: SampleBlock): void {
    const files = exchanges ? this.#files : this.#filtered
    const taken = files.get(file) ?? []
    files.set(file, taken)
    for (let i = 0; i < rows; i++)
      if (Number.isFinite(offset[i]!))
        taken.push({ clock: at[i]!, source: source[i]!, offset: offset[i]!, delay: delay[i]! })
  }

  #takeUpdates({ daemon, rows, at, frequency, stratum, offset, remaining }: UpdateBlock): void {
    for (let i = 0; i < rows; i++) {
      if (stratum[i] === 0) continue
      const rate = frequency[i]!
      const settled = daemon === 'chrony' || (Math.abs(rate) < AT_THE_LIMIT && Math.abs(offset[i]!) < KEPT)
      this.#frequencies.push({ at: at[i]!, rate, settled })
      if (daemon !== 'chrony') continue
      const by = offset[i]!
      const left = remaining[i]! || 0
      this.#corrections.push({ at: at[i]!, by, left: by + left, pace: this.#paceUntil(at[i]!, left) })
    }
  }

  /** From the first line on that tells of this slew, since two alone have too few digits; what led to it was still by another time. */
  #paceUntil(at: Seconds, left: Seconds): Rate {
    const all = this.#corrections
    const first = all[all.findLastIndex(each => Math.abs(each.by) >= KEPT) + 1]
    if (!first || at <= first.at) return 0
    const pace = (left - first.left) / (at - first.at)
    return pace * first.left < 0 ? Math.max(-MOST_PACE, Math.min(MOST_PACE, pace)) : 0
  }

  /** A correction has the time of the exchange that led to it, and both logs are in order, though time may go back. */
  #momentsOf(exchanges: readonly Exchange[]): Moment[] {
    const first = exchanges[0]!
    const corrections = this.#corrections
    let next = 0
    let corrected = 0
    return exchanges.map((each, i) => {
      const until = Math.max(exchanges[i - 1]?.clock ?? each.clock, each.clock - 1)
      for (; next < corrections.length && corrections[next]!.at <= until; next++)
        corrected += corrections[next]!.by
      const at = each.clock + each.offset - first.clock - first.offset
      return { ...each, at, corrected, last: corrections[next - 1] }
    })
  }

  /** In the order in which they were written; of two files that tell of the same time the one that tells more. */
  #exchanges(): Exchange[] {
    const files = [...(this.#files.size > 0 ? this.#files : this.#filtered).values()]
    const kept: Exchange[][] = []
    for (const file of files.sort((a, b) => b.length - a.length)) {
      const from = file[0]!.clock
      if (kept.some(other => from >= other[0]!.clock && from < other.at(-1)!.clock)) continue
      kept.push(file)
    }
    return kept.sort((a, b) => a[0]!.clock - b[0]!.clock).flat()
  }

  /** As of the second half, when the daemon had found out; without its word, what the clock itself gains. */
  #oscillator(moments: readonly Moment[], first: Exchange): Oscillation {
    const learned = this.#frequencies
    if (learned.length === 0) {
      const middle = moments[Math.floor(moments.length / 2)]!
      const last = moments.at(-1)!
      const rate = (last.offset - middle.offset) / Math.max(1, last.at - middle.at)
      return { frequencyError: -rate, rates: [], doubts: [] }
    }
    const later = learned.slice(Math.floor(learned.length / 2))
    const middle = median(later.map(({ rate }) => rate))
    if (Math.abs(middle) >= AT_THE_LIMIT && !later.some(({ settled }) => settled))
      return { frequencyError: -middle - gainsOf(moments), rates: [], doubts: [SATURATED] }
    const settled = later.filter(each => each.settled)
    const doubts = [
      ...(settled.length < SURELY_SETTLED * later.length ? [UNSETTLED] : []),
      ...sayMoving(later),
    ]
    if (settled.length < SETTLED_PART * later.length) return { frequencyError: -middle, rates: [], doubts }
    const quiet = byHour(later).filter(inside => inside.every(each => each.settled))
    return {
      frequencyError: -median(settled.map(({ rate }) => rate)),
      rates: quiet.map(inside => ({
        at: inside[0]!.at - first.clock,
        rate: -sum(inside.map(({ rate }) => rate)) / inside.length,
      })),
      doubts,
    }
  }

  /** The network was lost, or the daemon asked nobody: not that it had ended, nor that the guest stood still. */
  #outages(
    moments: readonly Moment[],
    pauses: Observed['pauses'],
  ): { readonly at: Seconds; readonly until: Seconds }[] {
    const gaps = moments.slice(1).map(({ at }, i) => at - moments[i]!.at)
    const least = Math.max(LEAST_OUTAGE, OUTAGE_INTERVALS * quantile(gaps, 0.95))
    return gaps.flatMap((gap, i) => {
      const before = moments[i]!
      const after = moments[i + 1]!
      const stood = pauses.filter(({ at }) => at >= before.at && at <= after.at)
      const ended = this.#lives.some(at => at > before.clock && at < after.clock)
      if (ended || gap - sum(stood.map(({ length }) => length)) < least) return []
      return [{ at: before.at, until: after.at }]
    })
  }

  #disturbances(moments: readonly Moment[]): Disturbances {
    const pauses: { at: Seconds; length: Seconds }[] = []
    const steps: SetClock[] = []
    const least = Math.max(LEAST_JUMP, NOISE_FACTOR * noiseOf(moments))
    const isSummed = this.#corrections.length > 0
    for (const [i, after] of moments.entries()) {
      const before = moments[i - 1]
      const further = moments.slice(i + 1, i + 1 + WITNESSES)
      if (!before || further.length < WITNESSES) continue
      const jump = between(before, after)
      const apart = Math.abs(after.at - before.at - Math.max(0, jump))
      const kept = isSummed || Math.abs(before.offset) < KEPT
      if (Math.abs(jump) < least + (kept ? KEPT_DRIFT : SLEWED_DRIFT) * apart) continue
      const away = Math.abs(after.offset) > Math.abs(before.offset) + least
      // A daemon may be at work already.
      const agree = further.every(each => Math.abs(between(before, each)) > Math.abs(jump) / 2)
      if (!agree || !(away || isSummed)) continue
      const noticed = this.#noticed(before, after)
      if (noticed) steps.push({ at: (before.at + after.at) / 2, ...setBy(jump, after, noticed) })
      else if (jump > 0) pauses.push({ at: (before.at + after.at - jump) / 2, length: jump })
      else steps.push({ at: (before.at + after.at) / 2, by: -jump })
    }
    return { pauses, steps }
  }

  /** chronyd tells a clock that was set by much from one that stood. */
  #noticed(before: Moment, after: Moment): LogEvent | undefined {
    return this.#events.find(
      ({ what, at }) =>
        what !== 'stepped' &&
        at >= Math.min(before.clock, after.clock) - 1 &&
        at <= Math.max(before.clock, after.clock) + 1,
    )
  }
}

/**
 * By how much somebody set the clock, when it fell behind by this much. chronyd notices, and forgets what it had still to slew: so
 * much less than when it last told as it has slewed until then. What it writes down has the time that it believes; by the clock
 * that was set, that is wrong by what it measures next.
 */
function setBy(jump: Seconds, after: Moment, noticed: LogEvent): Omit<SetClock, 'at'> {
  const { left, at, pace } = after.last ?? { left: 0, at: 0, pace: 0 }
  if (Math.abs(left) < KEPT) return { by: left - jump }
  const still = left + pace * Math.max(0, noticed.at + after.offset - at)
  return { by: (still * left > 0 ? still : 0) - jump, slewing: true }
}

const saySetWhileSlewing = ({ at, by }: SetClock): string =>
  `somebody set the clock by ${signed(by)} after ${duration(at)}, while chronyd was slewing: by how much is computed from the pace at which it did, and rough`

const SATURATED =
  'the daemon corrected as much as it can all the time: what the oscillator gains is told by the offsets alone, and roughly'
const UNSETTLED =
  'the daemon had still an offset to remove: what the oscillator gains is a guess, and so is what others would have made of it'
const sayOutage = ({ at, until }: { readonly at: Seconds; readonly until: Seconds }): string =>
  `nothing arrived for ${duration(until - at)}: taken for a loss of the network`

/** As most exchanges that follow each other show it; jumps are few. */
function gainsOf(moments: readonly Moment[]): Rate {
  const slopes = moments.slice(1).flatMap((after, i) => {
    const before = moments[i]!
    return after.clock > before.clock ? [(after.offset - before.offset) / (after.clock - before.clock)] : []
  })
  return slopes.length === 0 ? 0 : median(slopes)
}

function sayMoving(learned: readonly Frequency[]): string[] {
  const rates = learned.map(each => each.rate)
  const by = quantile(rates, 0.9) - quantile(rates, 0.1)
  if (by <= MOVING) return []
  return [
    `the frequency that the daemon had learned moved by ${(by / PPM).toFixed(1)} ppm: whether the oscillator did, or the daemon by itself, the log does not tell; that of the story does not`,
  ]
}

/** So large are swings that are worth saying, and so many make three times to and fro. */
const WORTH_SAYING: Seconds = 0.01
const FEWEST_SWINGS = 6
/** They grow where the last third is so much larger than the first. */
const GROWING = 1.5

/** Offsets that go from one side to the other and back, again and again, and not because of what happened: the story has no such thing. */
function saySwings(
  moments: readonly Moment[],
  { pauses, steps }: Pick<Observed, 'pauses' | 'steps'>,
): string[] {
  const swings = new Swings()
  const at = Float64Array.from(moments, each => each.at)
  const offset = Float64Array.from(moments, each => each.offset)
  swings.add({ at, offset, rows: at.length }, Number.POSITIVE_INFINITY)
  const large = swings.all.filter(({ peak }) => Math.abs(peak) >= WORTH_SAYING)
  if (large.length < FEWEST_SWINGS || large.length < swings.count / 2) return []
  if (2 * (pauses.length + steps.length) > large.length) return []
  const halves = large.slice(1).map((each, i) => each.at - large[i]!.at)
  const peaks = large.map(({ peak }) => Math.abs(peak))
  const third = Math.floor(peaks.length / 3)
  const grows = median(peaks.slice(-third)) > GROWING * median(peaks.slice(0, third))
  const size = duration(quantile(peaks, 0.9))
  return [
    `the offset swung from one side to the other ${large.length} times, about once in ${duration(median(halves))}, by up to ${size}${grows ? ', and ever further' : ''}: the oscillator of the story does not swing, and whom it plays has it easier`,
  ]
}

/** How far the clock fell behind from one to the other, beside what the daemon did. */
const between = (before: Moment, after: Moment): Seconds =>
  after.offset + after.corrected - before.offset - before.corrected

/** By how much each source differs from what all of them say. */
function offsBySource(moments: readonly Moment[]): ReadonlyMap<number, Seconds> {
  const bySource = new Map<number, Seconds[]>()
  for (const { source, offset } of moments) {
    const own = bySource.get(source)
    if (own) own.push(offset)
    else bySource.set(source, [offset])
  }
  const middles = new Map([...bySource].map(([source, offsets]) => [source, median(offsets)]))
  const all = median([...middles.values()])
  return new Map([...middles].map(([source, middle]) => [source, middle - all]))
}

/** How far two exchanges that follow each other usually differ. */
function noiseOf(moments: readonly Moment[]): Seconds {
  return median(moments.slice(1).map(({ offset }, i) => Math.abs(offset - moments[i]!.offset)))
}
