/**
 * When the machine slept: it was suspended or hibernated, and its clock was set by the hardware clock, or by its host, when it went on.
 * The kernel says so. Where no log has its words, chronyd notices that the clock leapt, after a time in which nobody was heard; and
 * ntpd's filters have samples from hours ago, which those of a running one lose. Who runs and hears nobody is no sleeper.
 *
 * A hardware clock is off by less than seconds then. By more than that somebody set the clock.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, LogEvent } from '#core/trace/series.ts'
import type { Correction } from '../corrections/corrections.ts'
import { decidedAt } from '../corrections/corrections-said.ts'
import type { HostLog } from '../host-log.ts'
import { SLACK } from '../order/eras.ts'
import type { HeardNobody } from '../sources/silences.ts'
import type { Disturbance } from './disturbance.ts'

/** It is read in whole seconds, or was written in one. */
export const LEFT_OFF: Seconds = 2
/** ntpd gives up a source after eight polls of 1024 s. */
const GIVEN_UP: Seconds = 9500
/** Of four sources none may pass a filter for as long as that; where a machine slept for hours before, it may have slept then. */
const UNUSUAL: Seconds = 2200
/** From the first word after a resume to what chronyd says of it, and until it follows somebody. */
const SOON: Seconds = 1800
/** Until ntpd has stepped. */
export const SET_RIGHT: Seconds = 7200
const DAY: Seconds = 86_400
/** Of its polls: one that is late is none yet, and so soon it gives up nobody. */
const SELDOM = 2
const SOONEST = 6
/** So long chronyd said nothing before. */
const QUIET: Seconds = 900

export interface Sleep {
  readonly from: Seconds
  readonly to: Seconds
  readonly saidBy: 'kernel' | 'chronyd' | 'measurements'
  /** By what the first measurement after it found the clock wrong, where there was any. */
  readonly left?: Seconds | undefined
  /** The words of it. */
  readonly events: readonly LogEvent[]
}

/** `found`: what happened to the clock, sleeps included. */
export function sleepsOf(log: HostLog, daemon: Daemon, found: readonly Disturbance[]): Sleep[] {
  const silences = log.bestSamples(daemon)?.silences.all
  const said = saidByKernel(log, silences)
  if (said.length > 0) return said
  const all = daemon === 'chrony' ? noticed(log, silences) : keptIn(silencesOfFilters(log, daemon))
  return all.filter(sleep => !found.some(each => isOf(each, sleep) && Math.abs(each.size) > LEFT_OFF))
}

/** Whether it happened while the machine slept, or when it went on. */
export const isOf = (
  { local }: Pick<Disturbance, 'local'>,
  { from, to }: Pick<Sleep, 'from' | 'to'>,
): boolean => local.from <= to + SLACK && local.to >= from - SLACK

/** By so little the clock is off when a machine goes on, and that is no work of anybody's. */
export const isOfSleep = (each: Disturbance, sleeps: readonly Sleep[]): boolean =>
  Math.abs(each.size) <= LEFT_OFF && sleeps.some(sleep => isOf(each, sleep))

/**
 * For how long no source was heard, where a clock changed meanwhile by no more than a sleep leaves, and nobody tells whether it slept:
 * of chronyd there are neither updates nor words, and ntpd's filters keep their samples also through two polls that nobody answers.
 */
export function perhapsSlept(each: Disturbance, log: HostLog, daemon: Daemon): Seconds | undefined {
  const series = log.bestSamples(daemon)
  const untold = daemon === 'chrony' ? isMeasuredOnly(log, daemon) : daemon === 'ntpd'
  if (!series || !untold || Math.abs(each.size) > LEFT_OFF) return undefined
  const silence = series.silences.all.find(({ from, to }) => to - from > UNUSUAL && isOf(each, { from, to }))
  return silence && silence.to - silence.from
}

/** Neither updates nor words of its daemon are there; what statistics show of its version are none. */
export const isMeasuredOnly = (log: HostLog, daemon: Daemon): boolean =>
  !log.updatesOf(daemon) &&
  !log.events.all.some(event => event.daemon === daemon && !log.samples.has(event.format))

/** chronyd notices when it wakes up the next time. */
export const isNoticed = (at: Seconds, sleeps: readonly Sleep[]): boolean =>
  sleeps.some(({ from, to }) => at >= from && at <= to + SOON)

/** What ntpd steps when the machine goes on. */
export const setsRight = (step: Correction, sleeps: readonly Sleep[]): boolean =>
  Math.abs(step.size) <= LEFT_OFF &&
  sleeps.some(({ to }) => decidedAt(step) >= to - SLACK && decidedAt(step) < to + SET_RIGHT)

function saidByKernel({ events }: HostLog, silences: readonly HeardNobody[] = []): Sleep[] {
  const ends = events.of('resumed')
  return events.of('suspended').flatMap(begun => {
    const after = ends.filter(
      ({ at, file, line }) => at >= begun.at && (file !== begun.file || line > begun.line),
    )
    const end = after.reduce<LogEvent | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined)
    if (!end) return []
    const silence = silences.find(({ from, to }) => from <= begun.at && to >= end.at)
    return [
      { from: begun.at, to: end.at, saidBy: 'kernel' as const, left: silence?.offset, events: [begun, end] },
    ]
  })
}

function noticed(log: HostLog, silences: readonly HeardNobody[] | undefined): Sleep[] {
  const leaps = log.events.of('jumped-forward').filter(({ daemon }) => daemon === 'chrony')
  const said = leaps.flatMap(leap => {
    const silence = silences ? silences.find(each => isIn(leap.at, each)) : quietBefore(leap, log)
    if (!silence) return []
    const { from, to, offset: left } = silence
    return [{ from, to, saidBy: 'chronyd' as const, left, events: [leap] }]
  })
  return leaps.length > 0 ? said : noticedInRows(log, silences)
}

/**
 * The same by tracking.log: chronyd forgets its sources then, and has the first of them back minutes later. Where it hears nobody it gives
 * them up after eight polls, and neither much sooner nor much later.
 */
function noticedInRows(log: HostLog, silences: readonly HeardNobody[] | undefined): Sleep[] {
  const updates = log.updatesOf('chrony')
  const starts = updates?.begunAnew.all ?? []
  return (updates?.unfollowed.all ?? []).flatMap(({ last, since, again, back, offset, pace }) => {
    const quiet = since - last
    const silent = quiet > UNUSUAL && quiet > SELDOM * pace
    const leapt = silent && (quiet < SOONEST * pace || quiet > GIVEN_UP)
    if (!leapt || back - since > SOON || starts.includes(again)) return []
    const silence = silences?.find(each => isIn(since, each))
    if (silences && !silence) return []
    const { from, to, offset: left } = silence ?? { from: last, to: since, offset }
    return [{ from, to, saidBy: 'chronyd' as const, left, events: [] }]
  })
}

const isIn = (at: Seconds, { from, to }: HeardNobody): boolean => at > from + QUIET && at <= to + SLACK

/** Its words alone: it said nothing, then it noticed, and followed somebody again without finding the clock wrong. */
function quietBefore(
  leap: LogEvent,
  log: HostLog,
): (Pick<HeardNobody, 'from' | 'to'> & { readonly offset?: Seconds }) | undefined {
  if (log.updatesOf('chrony')) return undefined
  const mine = log.events.all.filter(({ daemon, at }) => daemon === 'chrony' && Number.isFinite(at))
  const before = mine.filter(({ at }) => at < leap.at - SLACK).map(({ at }) => at)
  const after = mine.filter(({ at }) => at >= leap.at && at < leap.at + SOON)
  const from = Math.max(...before)
  const right =
    after.some(({ what }) => what === 'selected') &&
    !after.some(({ what }) => what === 'offset-found' || what === 'stepped')
  return right && Number.isFinite(from) && leap.at - from > QUIET ? { from, to: leap.at } : undefined
}

/** Filters tell that it slept, and single exchanges beside them what the clock was off by: a filter may show an older sample. */
function silencesOfFilters(log: HostLog, daemon: Daemon): HeardNobody[] {
  const [filtered, exchanged] = [false, true].map(single =>
    log.samplesOf(daemon).find(({ exchanges }) => exchanges === single),
  )
  return (filtered?.silences.all ?? []).map(silence => {
    const same = exchanged?.silences.all.find(({ from, to }) => from < silence.to && to > silence.from)
    return same ? { ...silence, offset: same.offset } : silence
  })
}

function keptIn(silences: readonly HeardNobody[]): Sleep[] {
  const all = silences.filter(each => each.kept && !isOfWholeDays(each))
  const slept = all.some(({ from, to }) => to - from > GIVEN_UP)
  return all
    .filter(({ from, to }) => slept && to - from > UNUSUAL)
    .map(({ from, to, offset: left }) => ({ from, to, saidBy: 'measurements' as const, left, events: [] }))
}

/** Files of days that are not there. */
const isOfWholeDays = ({ from, to }: HeardNobody): boolean =>
  to - from > DAY - 2 * UNUSUAL && ofDay(from) > DAY - UNUSUAL && ofDay(to) < UNUSUAL

const ofDay = (at: Seconds): Seconds => at - DAY * Math.floor(at / DAY)

/** How much of a time the machine slept. */
export const sleptBetween = (from: Seconds, to: Seconds, sleeps: readonly Sleep[]): Seconds =>
  sleeps.reduce((sum, each) => sum + Math.max(0, Math.min(to, each.to) - Math.max(from, each.from)), 0)
