/**
 * The longest time without a line from any source; where no log names sources, without an update. What chronyd sums up tells less:
 * statistics.log has no line for an answer that was left out, as it was slow or did not fit, and tracking.log has one only where the source
 * that is followed, or one that takes its place, has something new. While that one is away, or the way to it has become longer,
 * the others may answer for hours.
 */
import { rowsOfStarts, saidStarts } from '#analysis/log/corrections/corrections-said.ts'
import { sleptBetween } from '#analysis/log/disturbances/sleeps.ts'
import type { HostLog } from '#analysis/log/host-log.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { type Subject, seenStops } from '../subject.ts'
import { elapsedBetween } from './elapsed.ts'

export const LONG: Seconds = 3600
/** What starts asks all of its sources within seconds. */
const SOON: Seconds = 60

/**
 * Of the usual time between two lines. What ntpd's filter lets through comes unevenly, but each sample in it ages by 15 µs a
 * second: for it to be the best for six polls of 1024 s, all later ones must have been 90 ms slower.
 */
const SELDOM = { measured: 8, filtered: 6 } as const

export interface Silence {
  readonly silent: Seconds
  readonly back: Seconds
  /** Without what the clock leapt meanwhile. */
  readonly time: Seconds
  /** Shorter is nothing unusual. */
  readonly least: Seconds
  /** Words say that nobody was followed; lines are measurements, `unused` those that chronyd took in, `updates` what it made of them. */
  readonly seenBy: 'lines' | 'words' | 'unused' | 'updates'
  /** Nobody was heard again. */
  readonly open?: boolean
  /** Nor did it end: its log does. */
  readonly last?: boolean
}

export function silenceOf(subject: Subject): Silence | undefined {
  const gap = gapOf(subject.log, subject.keeper.daemon)
  if (!gap) return undefined
  const { silent, back, usual, seldom, seenBy } = gap
  if (wasThereTwice(gap, subject)) return undefined
  const time =
    elapsedBetween(silent, back, subject) -
    stoppedWithin(silent, back, subject) -
    sleptBetween(silent, back, subject.disturbances.sleeps)
  return { silent, back, time, least: Math.max(LONG, seldom * usual), seenBy }
}

/** Where the clock is set back again and again, stamps are no time. */
function wasThereTwice({ silent, back }: Gap, { log, keeper }: Subject): boolean {
  const { eras } = log.bestSamples(keeper.daemon)?.changes ?? log.updatesOf(keeper.daemon)?.corrections ?? {}
  return (eras?.returns ?? []).filter(({ from, to }) => to < back && from > silent).length > 1
}

/** How long its daemon did not run, by its own words, or else by its statistics: nobody listened. */
function stoppedWithin(from: Seconds, to: Seconds, subject: Subject): Seconds {
  const { log, keeper } = subject
  const starts = saidStarts(log, keeper.daemon).filter(at => at > from && at <= to)
  const ends = log.events.of('ended').filter(({ at, daemon }) => daemon === keeper.daemon && at >= from)
  if (!ends.some(({ at }) => at <= to)) return seenStopped(from, to, subject)
  return ends.reduce((sum, { at }, i) => {
    const next = ends[i + 1]?.at ?? to
    const start = starts.find(each => each >= at && each <= next)
    return start === undefined ? sum : sum + start - at
  }, 0)
}

/** chronyd that runs tells that it follows nobody any more. Where it did not, it ran no longer than it measured. */
function seenStopped(from: Seconds, to: Seconds, subject: Subject): Seconds {
  const { log, keeper } = subject
  const seen = seenStops(subject).find(stop => Math.abs(stop.to - to) < SOON)
  if (seen) return seen.to - Math.max(from, seen.from)
  const starts = keeper.daemon === 'chrony' ? rowsOfStarts(log, 'chrony') : []
  const start = Math.min(...starts.filter(at => at > from && at <= to))
  return Number.isFinite(start) && !followedNobody(log, from, start) ? start - from : 0
}

interface Gap {
  readonly silent: Seconds
  readonly back: Seconds
  /** The usual time between two lines. */
  readonly usual: Seconds
  /** How many of these are unusual. */
  readonly seldom: number
  readonly seenBy: Silence['seenBy']
}

function gapOf(log: HostLog, daemon: Daemon): Gap | undefined {
  const series = log.bestSamples(daemon)
  const updates = log.updatesOf(daemon)
  if (!series && updates) {
    const [silent, back] = [updates.silentFrom, updates.silentFrom + updates.longestSilence]
    // Before a step ntpd is silent by itself: it waits, and begins anew with empty filters.
    const stepped = updates.corrections.markers.some(({ at }) => at > silent && at <= back + 1)
    if (stepped) return undefined
    return {
      silent,
      back,
      usual: (updates.to - updates.from) / updates.rows,
      seldom: daemon === 'ntpd' ? SELDOM.filtered : SELDOM.measured,
      seenBy: daemon !== 'chrony' || followedNobody(log, silent, back) ? 'lines' : 'updates',
    }
  }
  const heard = series?.census.sources().filter(({ count }) => count >= 8) ?? []
  if (!series || heard.length === 0) return undefined
  const silent = Math.max(...heard.map(({ silentFrom }) => silentFrom))
  const back = Math.min(...heard.map(each => each.silentFrom + each.longestSilence))
  return {
    silent,
    back,
    usual: Math.min(...heard.map(({ from, to, count }) => (to - from) / count)),
    seldom: series.exchanges || daemon !== 'ntpd' ? SELDOM.measured : SELDOM.filtered,
    seenBy: daemon !== 'chrony' || series.exchanges || followedNobody(log, silent, back) ? 'lines' : 'unused',
  }
}

/** chronyd says so in its messages, and some of them by a row of tracking.log; where it is started, it has such a row, too. */
function followedNobody(log: HostLog, from: Seconds, to: Seconds): boolean {
  const words = log.events
    .of('no-source')
    .filter(({ daemon, text }) => daemon === 'chrony' && !/majority/.test(text))
    .map(({ at }) => at)
  const updates = log.updatesOf('chrony')
  const started = updates?.begunAnew.all ?? []
  const row = updates && !started.includes(updates.followedNobodyAt) ? [updates.followedNobodyAt] : []
  return [...words, ...row].some(at => at > from && at < to)
}
