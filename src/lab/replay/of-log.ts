/**
 * What the logs of ntpd or chronyd show of their guest: rawstats or measurements.log say what each exchange of packets found,
 * loopstats or tracking.log what frequency the daemon had learned.
 */

import { grouped } from '#core/grouped.ts'
import { sum } from '#core/number/sum.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { LogEvent, Piece, SampleBlock, UpdateBlock } from '#core/trace/series.ts'
import { median } from '../score.ts'
import { announcingOf, sayAnnouncing } from './announcing.ts'
import { disturbancesIn, saySetWhileSlewing } from './disturbances.ts'
import { type Correction, type Exchange, type Frequency, KEPT, type Moment } from './moments.ts'
import { AT_THE_LIMIT, oscillationOf } from './oscillation.ts'
import { outagesIn, sayOutage } from './outages.ts'
import { saySwings } from './say-swings.ts'
import { type Reconstructed, storyOfObserved } from './story.ts'
import { longestStretch, sayLeftOut } from './stretches.ts'

const EVENTS: ReadonlySet<string> = new Set(['jumped-forward', 'jumped-backward'])
const FEWEST = 8
/** A kernel slews by no more than this, a tenth of each tick. */
const MOST_PACE: Rate = 0.1
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
    const moments = this.#momentsOf(exchanges)
    const offs = offsBySource(moments)
    const common = moments.map(each => ({ ...each, offset: each.offset - offs.get(each.source)! }))
    const offsets = common.map(({ offset }) => offset)
    const oscillator = oscillationOf(learned, common, first!)
    const disturbances = disturbancesIn(common, this.#events, this.#corrections.length > 0)
    const outages = outagesIn(common, disturbances.pauses, this.#lives)
    const named = common.map(each => ({ ...each, address: sourceNames[each.source] ?? '' }))
    const announcing = announcingOf(named)
    return storyOfObserved({
      about: "A story made from a daemon's logs: its oscillator, its paths, and what happened to it.",
      length: common.reduce((latest, { at }) => Math.max(latest, at), 0),
      ahead: -offsets[0]!,
      ...oscillator,
      doubts: [
        ...sayLeftOut(stretch, baseDay),
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
