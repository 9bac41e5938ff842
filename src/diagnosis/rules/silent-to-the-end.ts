/**
 * What tells that ntpd heard nobody any more until it was ended, where it does not say whom it follows. Its peerstats have a last row of a
 * source that is not reachable: none of eight polls was answered, and no measurement of anybody comes after it. Where they have
 * not, its measurements stop hours before that very run of it ends, on the same day: those of another may be in another file.
 */
import { wordsOfStarts } from '#analysis/log/corrections/corrections-said.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Subject } from '../subject.ts'
import { LONG, type Silence } from './silence.ts'

/** A source is given up after eight polls, of 1024 s at most. */
export const UNTIL_NOTICED: Seconds = 3 * 3600
/** From its start to its first measurement. */
const SOON: Seconds = 900
const DAY: Seconds = 86_400

export function silentToTheEnd(subject: Subject): Silence | undefined {
  const { log, keeper } = subject
  if (keeper.daemon !== 'ntpd') return undefined
  const all = log.samplesOf('ntpd')
  const counts = all.flatMap(({ census }) => census.sources())
  const updates = log.updatesOf('ntpd')
  const silent = Math.max(...counts.map(({ to }) => to))
  const updated = Math.max(silent, updates?.heardTo ?? Number.NEGATIVE_INFINITY)
  const wrote = Math.max(...all.filter(({ exchanges }) => !exchanges).map(({ to }) => to))
  const end = endOfRun(updated, subject)
  const of = { seenBy: 'lines', open: true } as const
  if (wrote - silent > LONG && wrote >= updated) {
    const back = Math.max(wrote, end ?? 0)
    return { silent, back, time: back - silent, least: LONG, ...of }
  }
  if (end === undefined || !Number.isFinite(updated) || dayOf(end) !== dayOf(updated)) return undefined
  const usual = Math.max(0, ...[updates, ...counts].map(each => each?.longestSilence ?? 0))
  const least = Math.max(UNTIL_NOTICED, usual)
  return { silent: updated, back: end, time: end - updated, least, ...of }
}

/** The second before midnight is of the day before. */
const dayOf = (at: Seconds): number => Math.ceil(at / DAY)

/** When that run was ended which measured last, by its own words: in UTC, or in a zone in which its start fits its measurements. */
function endOfRun(heard: Seconds, { log, keeper: { daemon } }: Subject): Seconds | undefined {
  const starts = wordsOfStarts(log, daemon).map(({ at }) => at)
  const begun = Math.max(...starts.filter(at => at <= heard))
  const end = log.events
    .of('ended')
    .filter(event => event.daemon === daemon && event.at > heard)
    .sort((a, b) => a.at - b.at)[0]
  if (!end || !Number.isFinite(begun) || starts.some(at => at > heard && at < end.at)) return undefined
  const measured = [...log.samplesOf(daemon), log.updatesOf(daemon)].map(series => series?.from ?? Infinity)
  return !end.local || Math.abs(Math.min(...measured) - begun) < SOON ? end.at : undefined
}
