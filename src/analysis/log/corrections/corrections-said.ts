/** What a daemon said that it corrected, or found wrong, and when it said that it started. */

import type { Rate, Seconds } from '#core/time/units.ts'
import type { Daemon, EventName, LogEvent } from '#core/trace/series.ts'
import type { HostLog } from '../host-log.ts'
import type { Correction } from './corrections.ts'
import { loopOf } from './runs.ts'

/** Nothing stands still for so long: a board without a clock of its own boots in 1970, and many stamps do not tell the year. */
const A_DECADE: Seconds = 10 * 365.25 * 86_400
/** Corrections that are nearer to each other are for one event. */
export const CLOSE: Seconds = 300
/** What is smaller is no event. */
export const LEAST: Seconds = 0.1
/** With what it was slewing already chronyd steps by more, or by less, than it says that it has found. */
const SAME = 0.1
/** After its start a daemon puts right what was wrong before it. */
const START: Seconds = 600
/** By the first update; a source of several may be heard a little later. */
const AT_ONCE: Seconds = 60
const REST: Seconds = 1800
/** Twice what ntpd corrects: a crystal is never that far off, and a frequency that was learned wrongly hardly. */
const BEYOND_NTPD: Rate = 1e-3

/** Steps, and what chronyd found wrong and slewed; what it found and then stepped is one. */
export function correctionsSaid(log: HostLog, daemon: Daemon): Correction[] {
  const loop = loopOf(log, daemon)
  const mine = (event: LogEvent) => event.daemon === daemon && !(loop && event.once)
  const steps = log.events.of('stepped').filter(mine)
  const found = log.events
    .of('offset-found', 'panic')
    .filter(mine)
    .filter(
      event =>
        !steps.some(
          step =>
            (step.size > A_DECADE ||
              [step.at, step.at - step.size].some(at => Math.abs(at - event.at) < CLOSE)) &&
            Math.abs(step.size - event.size) < SAME * Math.abs(event.size),
        ),
    )
    .filter((event, i, all) => !isRest(event, all[i - 1]))
  const panics = found.filter(({ what, size }) => what === 'panic' && Number.isFinite(size))
  const once = found.filter(event => event.what !== 'panic' || event === panics[0])
  return [...steps, ...once]
    .map(({ what, at, size, once, file, line }) => ({
      at,
      size,
      by: what === 'stepped' ? ('step' as const) : ('unknown' as const),
      ...(once && daemon !== 'other' && { once }),
      file,
      line,
    }))
    .sort((a, b) => a.at - b.at)
}

/** OpenNTPD says again and again what is left of an offset, in the minutes in which adjtime takes it away. */
const isRest = (event: LogEvent, last: LogEvent | undefined): boolean =>
  event.daemon === 'other' &&
  last !== undefined &&
  event.at - last.at < REST &&
  event.size * last.size > 0 &&
  Math.abs(event.size) < Math.abs(last.size)

/** What daemons found wrong when they started, and said. */
export function wrongAtStarts(log: HostLog, daemon: Daemon): Correction[] {
  const starts = saidStarts(log, daemon)
  return correctionsSaid(log, daemon).filter(
    each => Math.abs(each.size) >= LEAST && isAtStart(each, starts, log, daemon),
  )
}

/**
 * A daemon that starts corrects the clock as soon as it follows somebody, which may be late where there is no network yet: what it
 * finds after that came later. chronyd stamps a
 * step by the clock that was set, and so did ntpd before 4.2.6; since then ntpd does by the clock as it was (report_event, then
 * step_systime in ntp_loopfilter.c).
 */
export function isAtStart(
  correction: Correction,
  starts: readonly Seconds[],
  log: HostLog,
  daemon: Daemon,
): boolean {
  if (correction.once || correction.size > A_DECADE) return true
  const followed = log.events.of('selected').filter(event => event.daemon === daemon)
  const unfollowed = log.updatesOf(daemon)?.unfollowed.all ?? []
  return [correction.at, decidedAt(correction)].some(at => {
    const isNear = (each: Seconds) => Math.abs(each - at) <= AT_ONCE
    return starts.some(
      start =>
        at >= start &&
        (unfollowed.some(({ again, back }) => again === start && isNear(back)) ||
          ((at < start + START || followed.some(event => isNear(event.at))) &&
            !followed.some(event => event.at >= start && event.at < at - AT_ONCE))),
    )
  })
}

/** The first word of all, where it is that the clock was wrong: nobody knows since when. */
export function firstFoundWrong(log: HostLog, daemon: Daemon): Correction | undefined {
  const [first] = correctionsSaid(log, daemon)
  return first?.at === firstWord(log, daemon) ? first : undefined
}

/** chronyd reads its frequency when it starts, and only then; ntpd measures how finely it can read the clock. */
const STARTING: Readonly<Partial<Record<Daemon, readonly EventName[]>>> = {
  chrony: ['frequency-set'],
  ntpd: ['resolution'],
}

/** When a daemon started, by its own words, or by the first row that it writes. */
export const saidStarts = (log: HostLog, daemon: Daemon): Seconds[] => [
  ...wordsOfStarts(log, daemon).map(({ at }) => at),
  ...rowsOfStarts(log, daemon),
]

export const wordsOfStarts = (log: HostLog, daemon: Daemon): LogEvent[] =>
  log.events
    .of('started', 'version', ...(STARTING[daemon] ?? []))
    .filter(event => event.daemon === daemon)
    // Each day's statistics show of which version they are.
    .filter(({ format }) => !log.samples.has(format) && !log.updates.has(format))

/** Each log has a first row of its own, and that of its updates is the first of all. */
export function rowsOfStarts(log: HostLog, daemon: Daemon): Seconds[] {
  const known = log.updatesOf(daemon)?.begunAnew.all ?? []
  for (const { begunAnew } of log.samplesOf(daemon))
    known.push(...begunAnew.all.filter(at => !known.some(each => Math.abs(each - at) < AT_ONCE)))
  return known
}

/** A daemon that steps, and says in the same minutes that the clock runs at a rate that it cannot correct. */
export const isOfARate = (all: readonly Correction[], log: HostLog, daemon: Daemon): boolean =>
  log.events
    .of('frequency-error')
    .some(
      event =>
        event.daemon === daemon &&
        Math.abs(event.size) > BEYOND_NTPD &&
        all.some(({ at, size }) => Math.abs(at - event.at) < CLOSE && size * event.size > 0),
    )

/** By the clock before it was set; the step is stamped by the clock after that. */
export const decidedAt = ({ at, by, size }: Pick<Correction, 'at' | 'by' | 'size'>): Seconds =>
  by === 'step' ? at - size : at

/** The same where a step may be stamped by either: the later of both. */
export const foundAt = (correction: Pick<Correction, 'at' | 'by' | 'size'>): Seconds =>
  Math.max(correction.at, decidedAt(correction))

/** Of whatever it said. */
export function firstWord(log: HostLog, daemon: Daemon): Seconds {
  const all = log.events.all.filter(event => event.daemon === daemon)
  return all.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY)
}
