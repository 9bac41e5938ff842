/**
 * What tells that ntpd heard nobody any more until it was ended, where it does not say whom it follows. Its peerstats have a last row of a
 * source that is not reachable: none of eight polls was answered, and no measurement of anybody comes after it. Where they have
 * not, its measurements stop hours before that very run of it ends. Of statistics whose names have a date those of another day may be in
 * another file: with these, or without a name, that shows until midnight alone.
 */
import { wordsOfStarts } from '#analysis/log/corrections/corrections-said.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { Subject } from '../subject.ts'
import { LONG, type Silence } from './silence.ts'

/** A source is given up after eight polls, of 1024 s at most. */
export const UNTIL_NOTICED: Seconds = 3 * 3600
/** From its start to its first measurement. */
const SOON: Seconds = 900
const DAY: Seconds = 86_400
/** As filegen writes it last, whether it divides by days or not (a link to the newest): then nothing comes after. */
const NEWEST = /(?:^|[/\\])(?:loop|peer|raw)stats(?:\.(?:gz|xz|bz2|zst))?$/

export function silentToTheEnd(subject: Subject): Silence | undefined {
  const { log, keeper } = subject
  if (keeper.daemon !== 'ntpd') return undefined
  const all = log.samplesOf('ntpd')
  const counts = all.flatMap(({ census }) => census.sources())
  const updates = log.updatesOf('ntpd')
  const silent = Math.max(...counts.map(({ to }) => to))
  const updated = Math.max(silent, updates?.heardTo ?? Number.NEGATIVE_INFINITY)
  const wrote = Math.max(...all.filter(({ exchanges }) => !exchanges).map(({ to }) => to))
  const run = runOf(updated, subject)
  const end = run?.end.at
  const of = { seenBy: 'lines', open: true } as const
  if (wrote - silent > LONG && wrote >= updated) {
    const back = Math.max(wrote, end ?? 0)
    return { silent, back, time: back - silent, least: LONG, ...of }
  }
  if (!run || end === undefined || !Number.isFinite(updated)) return undefined
  const usual = Math.max(0, ...[updates, ...counts].map(each => each?.longestSilence ?? 0))
  const least = Math.max(UNTIL_NOTICED, usual)
  const midnight = dayOf(updated) * DAY
  if (end > midnight && stoodStill(updated, run, subject)) return undefined
  const back = end <= midnight || isWhole(run, subject) ? end : midnight
  return { silent: updated, back, time: back - updated, least, ...of }
}

/** Other programs had written into that log again and again, and most of that time did not: the machine was saved, or asleep. */
function stoodStill(silent: Seconds, { starts, end }: Run, { log: { others } }: Subject): boolean {
  const begun = Math.max(...starts.map(({ at }) => at))
  return (
    others.oftenWithin(begun, silent) > (silent - begun) / 2 &&
    others.oftenWithin(silent, end.at) < (end.at - silent) / 2
  )
}

/** No file of a later day is missing: neither of its statistics nor of its messages. */
function isWhole({ starts, end }: Run, { log, fileName }: Subject): boolean {
  const series = [...log.samplesOf('ntpd'), ...[log.updatesOf('ntpd')].filter(each => each !== undefined)]
  return (
    starts.some(({ file }) => file === end.file) &&
    series.every(({ lastFile }) => NEWEST.test(fileName(lastFile) ?? ''))
  )
}

/** The second before midnight is of the day before. */
const dayOf = (at: Seconds): number => Math.ceil(at / DAY)

interface Run {
  /** What it said of that, and what earlier ones did. */
  readonly starts: readonly LogEvent[]
  readonly end: LogEvent
}

/** The one that measured last, where it says itself that it was ended: in UTC, or in a zone in which its start fits its measurements. */
function runOf(heard: Seconds, { log, keeper: { daemon } }: Subject): Run | undefined {
  const words = wordsOfStarts(log, daemon)
  const starts = words.filter(({ at }) => at <= heard)
  const begun = Math.max(...starts.map(({ at }) => at))
  const end = log.events
    .of('ended')
    .filter(event => event.daemon === daemon && event.at > heard)
    .sort((a, b) => a.at - b.at)[0]
  if (!end || !Number.isFinite(begun) || words.some(({ at }) => at > heard && at < end.at)) return undefined
  const measured = [...log.samplesOf(daemon), log.updatesOf(daemon)].map(series => series?.from ?? Infinity)
  return !end.local || Math.abs(Math.min(...measured) - begun) < SOON ? { starts, end } : undefined
}
