/**
 * What the logs of ntpd or chronyd show of their guest: rawstats or measurements.log say what each exchange of packets found,
 * loopstats or tracking.log what frequency the daemon had learned.
 */

import { findDisturbances } from '#analysis/log/disturbances/disturbances.ts'
import { isAwayFrom } from '#analysis/log/disturbances/moved-away.ts'
import { HostLog } from '#analysis/log/host-log.ts'
import { commonEras, Eras } from '#analysis/log/order/eras.ts'
import { grouped } from '#core/grouped.ts'
import { median } from '#core/number/quantile.ts'
import { sum } from '#core/number/sum.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Piece, SampleBlock, UpdateBlock } from '#core/trace/series.ts'
import { announcingOf, sayAnnouncing } from './announcing.ts'
import { happenedIn, pausesOf, sayRough, stepsOf } from './disturbances.ts'
import { driftsIn, isDrift } from './drifts.ts'
import { liesIn, suspectsOf, wrongByLies } from './lies.ts'
import { type Correction, type Exchange, type Frequency, KEPT, type Moment, without } from './moments.ts'
import { AT_THE_LIMIT, oscillationOf } from './oscillation.ts'
import { outagesIn, sayOutage } from './outages.ts'
import { routesIn, wrongByRoutes } from './routes.ts'
import { saySwings } from './say-swings.ts'
import { type Reconstructed, storyOfObserved } from './story.ts'
import { longestStretch, sayLeftOut } from './stretches.ts'
import { sayUndecided } from './undecided.ts'

const FEWEST = 8

/** Takes in what is read of one guest's logs. */
export class LogRecording {
  /** By file: two logs may tell of the same exchanges. */
  readonly #files = new Map<number, Exchange[]>()
  readonly #filtered = new Map<number, Exchange[]>()
  readonly #frequencies: Frequency[] = []
  readonly #corrections: Correction[] = []
  readonly #eras = new Eras()
  /** When the daemon began or ended. */
  readonly #lives: Seconds[] = []
  /** What happened is told by the same analysis that explains logs. */
  readonly #log = new HostLog()

  tell(piece: Piece): void {
    this.#log.tell(piece)
    switch (piece.kind) {
      case 'samples':
        return this.#takeSamples(piece)
      case 'updates':
        return this.#takeUpdates(piece)
      case 'event':
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
  story(sourceNames: readonly string[], baseDay: number): Reconstructed | undefined {
    const recorded = this.#exchanges()
    if (recorded.length < FEWEST) return undefined
    const stretch = longestStretch(
      recorded,
      this.#frequencies.map(({ at }) => at),
    )
    const { exchanges, leftOut } = stretch
    if (exchanges.length < FEWEST) return undefined
    const learned =
      leftOut.stretches === 0
        ? this.#frequencies
        : this.#frequencies.filter(({ at }) => at >= stretch.from && at <= stretch.to)
    const [first] = exchanges
    const measured = this.#momentsOf(exchanges)
    const analysed = this.#analysed(exchanges)
    const suspects = new Map(analysed.flatMap(each => [...each.suspects]))
    const running = analysed.flatMap(each => each.running)
    const doubted = new Set([...suspects.keys(), ...running.map(({ source }) => source)])
    const trusted = new Set(measured.map(({ source }) => source).filter(source => !doubted.has(source)))
    const drifts = driftsIn(measured, running, trusted)
    const steady = drifts.reduce((all, { wrong }) => without(wrong, all), measured)
    const lies = liesIn(steady, suspects, trusted)
    const honest = without(wrongByLies(lies), steady)
    const routes = routesIn(
      honest,
      analysed.flatMap(({ ways }) => ways),
    )
    const moments = without(wrongByRoutes(routes), honest)
    const offs = offsBySource(moments)
    const common = moments.map(each => ({ ...each, offset: each.offset - offs.get(each.source)! }))
    const offsets = common.map(({ offset }) => offset)
    const length = common.reduce((latest, { at }) => Math.max(latest, at), 0)
    const origin = first!.clock + first!.offset
    const happened = analysed
      .flatMap(each => happenedIn(each, origin, common))
      .filter(({ at }) => at >= 0 && at <= length)
    const disturbances = { pauses: pausesOf(happened), steps: stepsOf(happened) }
    const oscillator = oscillationOf(learned, common, first!)
    const outages = outagesIn(common, disturbances.pauses, this.#lives)
    const nameOf = (source: number): string => sourceNames[source] ?? ''
    const named = common.map(each => ({ ...each, address: nameOf(each.source) }))
    const announcing = announcingOf(named)
    return storyOfObserved({
      about: "A story made from a daemon's logs: its oscillator, its paths, and what happened to it.",
      length,
      ahead: -offsets[0]!,
      ...oscillator,
      doubts: [
        ...sayLeftOut(stretch, baseDay),
        ...oscillator.doubts,
        ...saySwings(common, disturbances),
        ...outages.map(sayOutage),
        ...sayRough(happened),
        ...announcing.map(sayAnnouncing),
        ...sayOrder(exchanges, nameOf),
        ...sayUndecided(
          analysed
            .flatMap(({ splits }) => splits)
            .map(({ from, to, apart }) => ({ from: from - first!.clock, to: to - first!.clock, apart })),
          lies,
        ),
      ],
      outages,
      announcing,
      drifts: drifts.map(({ source, at, rate }) => ({ address: nameOf(source), at, rate })),
      lies: lies.map(({ source, at, until, offset }) => ({ address: nameOf(source), at, until, offset })),
      routes: routes.map(({ source, at, until, up, down }) => ({
        address: nameOf(source),
        at,
        until,
        up,
        down,
      })),
      exchanges: named.map(({ address, source, delay, at }) => ({
        address,
        // A broadcast tells none, and another way is told as that.
        delay:
          Number.isNaN(delay) || routes.some(each => each.source === source && at >= each.at)
            ? undefined
            : Math.max(0, delay),
        stratum: 1,
        off: offs.get(source)!,
      })),
      answered: 1,
      ...disturbances,
      seen: {
        samples: common.length,
        worst: offsets.reduce((most, offset) => Math.max(most, Math.abs(offset)), 0),
        rms: Math.sqrt(sum(offsets.map(offset => offset ** 2)) / offsets.length),
      },
    })
  }

  /** By each daemon whose exchanges they are. */
  #analysed(exchanges: readonly Exchange[]) {
    this.#log.settleZone()
    return [...new Set(exchanges.map(({ daemon }) => daemon))].map(daemon => {
      const found = findDisturbances(this.#log, daemon)
      const ways = this.#log.bestSamples(daemon)?.routes.all ?? []
      const spells = (this.#log.censusOf(daemon)?.spells() ?? []).filter(
        ({ source, size }) => !found.sources.some(each => isAwayFrom(each, source, size)),
      )
      const running = spells.filter(isDrift)
      const suspects = suspectsOf(
        found,
        spells.filter(each => !running.includes(each)),
        ways,
      )
      const census = this.#log.censusOf(daemon)
      const splits = census?.splits(census.sources().map(({ source }) => source)) ?? []
      return {
        daemon,
        found,
        ways,
        running,
        suspects,
        splits,
        told: this.#log.updatesOf(daemon) !== undefined,
      }
    })
  }

  #takeSamples({ daemon, exchanges, file, rows, at, source, offset, delay }: SampleBlock): void {
    const files = exchanges ? this.#files : this.#filtered
    const taken = files.get(file) ?? []
    files.set(file, taken)
    for (let i = 0; i < rows; i++)
      if (Number.isFinite(offset[i]!))
        taken.push({ clock: at[i]!, source: source[i]!, offset: offset[i]!, delay: delay[i]!, daemon })
  }

  #takeUpdates({ daemon, rows, at, frequency, stratum, offset }: UpdateBlock): void {
    for (let i = 0; i < rows; i++) {
      const era = daemon === 'chrony' ? this.#eras.see(at[i]!) : 0
      if (stratum[i] === 0) continue
      const rate = frequency[i]!
      const settled = daemon === 'chrony' || (Math.abs(rate) < AT_THE_LIMIT && Math.abs(offset[i]!) < KEPT)
      this.#frequencies.push({ at: at[i]!, rate, settled })
      if (daemon !== 'chrony') continue
      this.#corrections.push({ at: at[i]!, by: offset[i]!, era })
    }
  }

  /** A correction has the time of the exchange that led to it, and both logs are in order, though time may go back. */
  #momentsOf(exchanges: readonly Exchange[]): readonly Moment[] {
    const first = exchanges[0]!
    const corrections = this.#corrections
    const eras = new Eras()
    const of = exchanges.map(({ clock }) => eras.see(clock))
    const { ofA, ofB } = commonEras(eras, this.#eras)
    let next = 0
    let corrected = 0
    return exchanges.map((each, i) => {
      const era = ofA[of[i]!]!
      const before = i > 0 && of[i - 1] === of[i] ? exchanges[i - 1]!.clock : each.clock - 1
      const until = Math.max(before, each.clock - 1)
      const isBefore = (correction: Correction) =>
        ofB[correction.era] === era ? correction.at <= until : ofB[correction.era]! < era
      for (; next < corrections.length && isBefore(corrections[next]!); next++)
        corrected += corrections[next]!.by
      const at = each.clock + each.offset - first.clock - first.offset
      return { ...each, at, corrected }
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
}

/** A log has answers as they come in, to the second at best. Who asks one server at a time asks the first. */
function sayOrder(exchanges: readonly Exchange[], nameOf: (source: number) => string): string[] {
  const [first] = exchanges
  return exchanges.every(({ source }) => source === first!.source)
    ? []
    : [
        `the log does not tell in which order the servers are configured; for who asks only the first of them (timesyncd) that is ${nameOf(first!.source)}`,
      ]
}

/** By how much each source differs from what all of them say. */
function offsBySource(moments: readonly Moment[]): ReadonlyMap<number, Seconds> {
  const bySource = grouped(moments, ({ source }) => source)
  const middles = new Map(
    [...bySource].map(([source, own]) => [source, median(own.map(({ offset }) => offset))]),
  )
  const all = median([...middles.values()])
  return new Map([...middles].map(([source, middle]) => [source, middle - all]))
}
