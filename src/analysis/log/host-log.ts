/**
 * All that is measured of the logs of one host, as they are read: blocks and events go in, bounded sums stay. However long
 * the logs are, this does not grow.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import {
  BEGUN,
  type Block,
  type Daemon,
  type EventName,
  ISLAND_STRATUM,
  type LogEvent,
  OFFSET_SIZES,
  OTHERS_SPOKE,
  OWN_CLOCK,
  type Piece,
  type ReadingBlock,
  ROOT_DISTANCE,
  type SampleBlock,
  SYSTEM_PEER,
  type UpdateBlock,
} from '#core/trace/series.ts'
import { Astray } from './corrections/astray.ts'
import { BegunAnew } from './corrections/begun-anew.ts'
import { Corrections } from './corrections/corrections.ts'
import { LongWays } from './corrections/long-way.ts'
import { LoopBegun } from './corrections/loop-begun.ts'
import { type PacedSlew, SlewPace } from './corrections/slew-pace.ts'
import { Breaks } from './disturbances/breaks.ts'
import { Changes } from './disturbances/changes.ts'
import { EventLog } from './event-log.ts'
import { OthersSpoke } from './order/others-spoke.ts'
import { zoneOf } from './order/zone.ts'
import { FirstRate } from './rate/learned-at-start.ts'
import { Ramps } from './rate/ramps.ts'
import { levelOf, type RateChange, ranAwayAt, rateChangeOf } from './rate/rate-change.ts'
import { Saturation } from './rate/saturation.ts'
import { SawTooth } from './rate/saw-tooth.ts'
import { Agreeing } from './sources/agreeing.ts'
import { Census } from './sources/census.ts'
import { Choices } from './sources/choices.ts'
import { FarRoots } from './sources/far-roots.ts'
import { IslandStrata } from './sources/island-strata.ts'
import { OwnClock } from './sources/own-clock.ts'
import { Routes } from './sources/routes.ts'
import { Silences } from './sources/silences.ts'
import { UnfollowedSpans } from './sources/unfollowed.ts'
import { bestOf, broadestOf } from './statistics/best-samples.ts'
import { Convergence } from './statistics/convergence.ts'
import { type Bucket, Envelope } from './statistics/envelope.ts'
import { Moments } from './statistics/moments.ts'
import { OffsetSizes } from './statistics/offset-sizes.ts'
import { OwnOffsets } from './statistics/own-offsets.ts'
import { Quantiles } from './statistics/quantiles.ts'
import { type Summary, Windows } from './statistics/windows.ts'
import { worstOf } from './statistics/worst.ts'
import { Swings } from './swings/swings.ts'

/** What every series has: where it lies in time. */
abstract class Series {
  readonly format: string
  readonly daemon: Daemon
  rows = 0
  from: Seconds = Number.POSITIVE_INFINITY
  to: Seconds = Number.NEGATIVE_INFINITY
  /** In which of the files the last of it is. */
  lastFile = 0

  constructor(of: { readonly format: string; readonly daemon: Daemon }) {
    this.format = of.format
    this.daemon = of.daemon
  }

  protected span(block: Block): void {
    const { at, rows } = block
    let { from, to } = this
    for (let row = 0; row < rows; row++) {
      const time = at[row]!
      if (time < from) from = time
      if (time > to) to = time
    }
    this.rows += rows
    this.from = from
    if (to > this.to) this.lastFile = block.file
    this.to = to
  }
}

interface Offsets {
  readonly at: Float64Array
  readonly offset: Float64Array
  readonly rows: number
}

/** How an offset was over time. */
export class OffsetMeasures {
  readonly sizes = new Quantiles()
  readonly envelope = new Envelope()
  readonly windows = new Windows()
  readonly within1ms = new Convergence(1e-3)
  readonly within100us = new Convergence(1e-4)

  /** None of the offsets is worse than this. */
  add({ at, offset, rows }: Offsets, worst = worstOf(offset, rows)): void {
    this.sizes.add(offset, rows)
    this.envelope.add(at, offset, rows)
    this.windows.add(at, offset, rows)
    this.within1ms.add(at, offset, rows, worst)
    this.within100us.add(at, offset, rows, worst)
  }

  get whole(): Summary {
    return this.windows.whole
  }
}

export class SampleSeries extends Series {
  readonly exchanges: boolean
  readonly #offset = new OffsetMeasures()
  readonly census = new Census()
  readonly changes = new Changes()
  readonly silences = new Silences()
  /** chrony's statistics.log. */
  readonly breaks = new Breaks()
  /** chronyd's. */
  readonly begunAnew = new BegunAnew()
  /** Of the offset against the source that was heard first: two that disagree are no oscillation. */
  readonly swings = new Swings()
  #first = -1
  /** The first measurement of all. */
  begins: { readonly at: Seconds; readonly file: number; readonly line: number } | undefined
  readonly ways = new LongWays()
  readonly routes = new Routes()
  readonly #pace = new SlewPace()
  /** ntpd's. */
  readonly sawTooth = new SawTooth()
  readonly ramps = new Ramps()
  readonly #astray = new Astray()
  readonly #delays = new Envelope()
  readonly #agreeing = new Agreeing(this.census, (rows, worst = worstOf(rows.offset, rows.rows)) => {
    this.#offset.add(rows, worst)
    this.#astray.add(rows, worst)
    this.#delays.add(rows.at, rows.delay, rows.rows)
  })

  constructor(block: SampleBlock) {
    super(block)
    this.exchanges = block.exchanges
  }

  /** Against the sources that agree. */
  get offset(): OffsetMeasures {
    this.#agreeing.settle()
    return this.#offset
  }

  /** Against the same. */
  get astray(): Astray {
    this.#agreeing.settle()
    return this.#astray
  }

  /** Of the same measurements. */
  get delays(): Envelope {
    this.#agreeing.settle()
    return this.#delays
  }

  /** What chronyd slewed meanwhile, where it shows in its polls: the longest first. */
  get slews(): readonly PacedSlew[] {
    return this.#pace.seenBy(this.census.sources()).sort((a, b) => b.to - b.from - (a.to - a.from))
  }

  /** Sources that contradict the others: what they measured is in neither. */
  get odd(): ReadonlySet<number> {
    this.#agreeing.settle()
    return this.#agreeing.odd
  }

  /** Those of which what they measured while they contradicted the others is in neither. */
  get overruled(): ReadonlySet<number> {
    this.#agreeing.settle()
    return this.#agreeing.overruled
  }

  add(block: SampleBlock): void {
    const worst = worstOf(block.offset, block.rows)
    this.span(block)
    this.census.add(block)
    this.silences.add(block)
    this.#agreeing.add(block, worst)
    if (this.exchanges || block.daemon !== 'chrony') this.changes.add(block)
    else this.breaks.add(block)
    if (this.#first < 0) this.#first = block.source[0]!
    this.begins ??= { at: block.at[0]!, file: block.file, line: block.line[0]! }
    this.swings.add(block, worst, block.source, this.#first)
    this.ways.add(block.at, block.offset, block.rows, worst, block.delay)
    this.routes.add(block)
    if (block.daemon === 'chrony') {
      this.#pace.add(block)
      this.begunAnew.add(block)
    }
    if (block.daemon === 'ntpd') {
      this.sawTooth.add(block, worst)
      this.ramps.add(block, worst)
    }
  }
}

export class UpdateSeries extends Series {
  /** How wrong the clock itself was: of chronyd with what was left to slew, by true time. */
  readonly offset = new OffsetMeasures()
  readonly astray = new Astray()
  readonly frequency = new Moments()
  readonly frequencyEnvelope = new Envelope()
  readonly saturation = new Saturation()
  /** ntpd's. */
  readonly firstRate = new FirstRate()
  /** ntpd's. */
  readonly loopBegun = new LoopBegun()
  /** chronyd's. */
  readonly begunAnew = new BegunAnew()
  readonly corrections = new Corrections()
  readonly swings = new Swings()
  readonly ways = new LongWays()
  readonly #own = new OwnOffsets()
  /** The longest time without an update. */
  longestSilence: Seconds = 0
  silentFrom: Seconds = Number.NaN
  /** When it said meanwhile that it followed nobody, or was started. */
  followedNobodyAt: Seconds = Number.NaN
  readonly unfollowed = new UnfollowedSpans()

  /** The last update. */
  get heardTo(): Seconds | undefined {
    return this.unfollowed.last
  }

  add(block: UpdateBlock): void {
    this.span(block)
    this.#listen(block)
    const own = this.#own.of(block)
    const worst = worstOf(own.offset, own.rows)
    this.offset.add(own, worst)
    this.astray.add(own, worst)
    this.ways.add(own.at, own.offset, own.rows, worst)
    const doubts = block.daemon === 'chrony' ? { of: block.wander, limit: UNKNOWN } : undefined
    this.frequency.add(block.frequency, block.rows, doubts)
    this.frequencyEnvelope.add(block.at, block.frequency, block.rows)
    if (block.daemon === 'ntpd') {
      this.saturation.add(block.at, block.frequency, block.rows)
      this.firstRate.add(block)
      this.loopBegun.add(block)
    }
    if (block.daemon === 'chrony') this.begunAnew.add(block)
    this.corrections.add(block)
    this.swings.add(own, worst)
  }

  get lastOffset(): Seconds | undefined {
    return this.offset.envelope.buckets().at(-1)?.last
  }

  /** No update came any more, and the last one had ordered a long slew: by its daemon the clock ran otherwise since then. */
  leftSlewing(since: Seconds): boolean {
    return this.to < since && Math.abs(this.lastOffset ?? 0) >= STEP_THRESHOLD
  }

  /** What was corrected nearly all the time, within a tenth. */
  get frequencyHeld(): Rate | undefined {
    const buckets = this.frequencyEnvelope.buckets()
    const level = levelOf(buckets)
    const near = buckets.filter(({ last }) => Math.abs(last - level) <= Math.abs(level) / 10)
    return near.length >= NEARLY_ALL * buckets.length ? level : undefined
  }

  /** chronyd had so much left of earlier corrections that its measurements, against corrected time, tell of another clock. */
  get slewedFar(): boolean {
    return this.#own.mostLeft >= STEP_THRESHOLD
  }

  /** So much of the time that they say little of the clock as a whole. */
  get slewedLong(): boolean {
    return this.#own.farFor >= LONG * (this.to - this.from) && this.#own.farFor > 0
  }

  #listen({ at, stratum, offset, rows }: UpdateBlock): void {
    for (let row = 0; row < rows; row++) {
      if (stratum[row] === 0) {
        this.unfollowed.lost(at[row]!)
        continue
      }
      const last = this.heardTo ?? Number.NaN
      const silence = at[row]! - last
      if (silence > this.longestSilence) {
        this.longestSilence = silence
        this.silentFrom = last
        this.followedNobodyAt = this.unfollowed.open ?? Number.NaN
      }
      this.unfollowed.updated(at[row]!, offset[row]!)
    }
  }
}

export class HostLog {
  readonly samples = new Map<string, SampleSeries>()
  readonly updates = new Map<string, UpdateSeries>()
  readonly ownClock = new OwnClock()
  readonly others = new OthersSpoke()
  /** Whom ntpd followed, and whom chronyd. */
  readonly choices = { ntpd: new Choices(), chrony: new Choices() }
  /** By the format in which its sources say so. */
  readonly islands = new Map<string, IslandStrata>()
  /** By the same. */
  readonly roots = new Map<string, FarRoots>()
  /** Of a servo that sums up its measurements. */
  readonly sizes = new OffsetSizes()
  readonly events = new EventLog()
  /** What has no stamp, in its order: lines of `ntpd -q`, of configurations, of reports. */
  readonly timeless: LogEvent[] = []

  tell(piece: Piece): void {
    if (piece.kind === 'samples' && piece.format === OFFSET_SIZES) this.sizes.add(piece)
    else if (piece.kind === 'samples') {
      const series = this.samples.get(piece.format) ?? new SampleSeries(piece)
      this.samples.set(piece.format, series)
      series.add(piece)
    } else if (piece.kind === 'updates') {
      this.#updates(piece).add(piece)
      if (piece.daemon === 'chrony')
        for (let row = 0; row < piece.rows; row++)
          if (piece.stratum[row] !== 0)
            this.choices.chrony.add({ mark: piece.followed[row]!, at: piece.at[row]! })
    } else if (piece.kind === 'readings') {
      if (piece.quantity === OWN_CLOCK) this.ownClock.add(piece)
      if (piece.quantity === BEGUN) this.#updates(piece).begunAnew.told(piece)
      if (piece.quantity === OTHERS_SPOKE) this.others.add(piece)
      if (piece.quantity === SYSTEM_PEER)
        for (let row = 0; row < piece.rows; row++)
          this.choices.ntpd.add({ mark: piece.value[row]!, at: piece.at[row]! })
      if (piece.quantity === ROOT_DISTANCE) {
        const roots = this.roots.get(piece.format) ?? new FarRoots()
        this.roots.set(piece.format, roots)
        roots.add(piece)
      }
      if (piece.quantity === ISLAND_STRATUM) {
        const strata = this.islands.get(piece.format) ?? new IslandStrata()
        this.islands.set(piece.format, strata)
        strata.add(piece)
      }
    } else if (piece.kind === 'event') {
      if (Number.isNaN(piece.at)) {
        if (this.timeless.length < MOST_TIMELESS) this.timeless.push(piece)
      } else this.events.add(piece)
    }
  }

  #updates(of: UpdateBlock | ReadingBlock): UpdateSeries {
    const series = this.updates.get(of.format) ?? new UpdateSeries(of)
    this.updates.set(of.format, series)
    return series
  }

  /** Events with a stamp and without one. */
  said(...whats: readonly EventName[]): LogEvent[] {
    return [...this.events.of(...whats), ...this.timeless.filter(({ what }) => whats.includes(what))]
  }

  /** Once all is read: puts local stamps where the statistics show that they belong. Answers by how much they moved. */
  settleZone(): Seconds {
    const corrections = [...this.updates.values()].map(series => series.corrections)
    const by = zoneOf(this.events.of('stepped', 'offset-found'), {
      sized: corrections.flatMap(({ sized }) => sized),
      markers: corrections.flatMap(({ markers }) => markers),
    })
    this.events.shiftLocal(by)
    this.others.shiftLocal(by)
    return by
  }

  /** Counters and the words of reference clocks alone tell nothing of this clock. */
  get empty(): boolean {
    return this.daemons.length === 0
  }

  /**
   * Whose logs these are: those of daemons that measured, or began, or follow somebody; else of all that said anything.
   * What the kernel and the commands of the system say counts alone only.
   */
  get daemons(): Daemon[] {
    const measured = this.#measured.map(({ daemon }) => daemon)
    const said = [...this.events.of('version', 'started', 'selected'), ...this.timeless]
    const all = new Set([...measured, ...said.map(({ daemon }) => daemon)])
    const named = [...all].filter(daemon => daemon !== 'other' || measured.includes(daemon))
    if (named.length > 0) return named
    // A few lines of a log may tell of steps only.
    const spoke = [...new Set([...all, ...this.events.daemons])]
    const stepped = this.events.of('stepped', 'offset-found').some(({ daemon }) => daemon === 'other')
    return spoke.filter(daemon => daemon !== 'other' || stepped || spoke.length === 1)
  }

  get #measured(): { readonly daemon: Daemon; readonly from: Seconds; readonly to: Seconds }[] {
    const { daemon, from, to, rows } = this.sizes
    const own = this.ownClock
    return [
      ...this.samples.values(),
      ...this.updates.values(),
      ...(rows > 0 ? [{ daemon, from, to }] : []),
      ...(own.rows > 0 ? [{ daemon: 'ntpd' as const, from: own.from, to: own.to }] : []),
    ]
  }

  /** The measurements that say most of a daemon's clock: single exchanges if there are any. */
  bestSamples(daemon: Daemon): SampleSeries | undefined {
    return bestOf(this.samplesOf(daemon))
  }

  /** Those that say most of its sources, reference clocks and servers: of all that were heard. */
  censusOf(daemon: Daemon): Census | undefined {
    return broadestOf(this.samplesOf(daemon))?.census
  }

  samplesOf(daemon: Daemon): SampleSeries[] {
    return [...this.samples.values()].filter(series => series.daemon === daemon)
  }

  /** What tells best how wrong the clock itself was. */
  ownOffsetOf(daemon: Daemon): SampleSeries | UpdateSeries | undefined {
    const updates = this.updatesOf(daemon)
    return updates?.slewedLong ? updates : (this.bestSamples(daemon) ?? updates)
  }

  /**
   * ntpd learns a rate in hours, and never while it steps: what it does not correct is seen in its measurements. Beyond what it can
   * correct at all it is its limit that tells.
   */
  rateChangeOf(daemon: Daemon): RateChange | undefined {
    const updates = this.updatesOf(daemon)
    const frequencies = updates?.frequencyEnvelope.buckets() ?? []
    if (daemon === 'chrony') return rateChangeOf(frequencies)
    const change = updates?.saturation.rows === 0 ? this.#ranAway(daemon, frequencies) : undefined
    return change && updates?.leftSlewing(change.from) ? undefined : change
  }

  /** The same where no loopstats tell what was corrected: the clock ran away at that rate beyond it, whyever. */
  ranAwayUnheld(daemon: Daemon): RateChange | undefined {
    const series = this.bestSamples(daemon)
    if (!series || this.updatesOf(daemon)) return undefined
    const nothing = { first: 0, last: 0, min: 0, max: 0 }
    const ends = [series.from, series.to].map(at => ({ from: at, to: at, ...nothing }))
    return this.#ranAway(daemon, ends)
  }

  #ranAway(daemon: Daemon, frequencies: readonly Bucket[]): RateChange | undefined {
    const series = daemon === 'ntpd' ? this.bestSamples(daemon) : undefined
    const heard = series?.census.sources().filter(({ count }) => count > 4).length ?? 0
    return series && 2 * series.ramps.witnesses > heard
      ? ranAwayAt(series.ramps.all, frequencies, series.ramps.stood)
      : undefined
  }

  updatesOf(daemon: Daemon): UpdateSeries | undefined {
    return [...this.updates.values()].find(series => series.daemon === daemon)
  }

  /** A row of chronyd that follows nobody yet, or nobody any more, is no measurement. */
  get span(): { from: Seconds; to: Seconds } | undefined {
    const all = this.#measured.filter(
      series => !(series instanceof UpdateSeries && series.heardTo === undefined),
    )
    if (all.length === 0) return undefined
    return {
      from: Math.min(...all.map(series => series.from)),
      to: Math.max(...all.map(series => series.to)),
    }
  }
}

const NEARLY_ALL = 0.8
/** The skew of chronyd before it has measured any rate: it writes 0.000 ppm. */
const UNKNOWN: Rate = 0.9
const MOST_TIMELESS = 100_000
/** A shorter part of the time changes little, and in the rest an update tells what the daemon believes, which is less than it measures. */
const LONG = 0.05
