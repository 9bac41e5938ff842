/**
 * What happened to the clock, from what its daemon did about it, where no single measurements were logged: tracking.log
 * alone, or only the daemon's messages. The corrections that follow each other closely add up to what had happened before
 * the first of them. A daemon's start is no event, and steps that come as regularly as a wrong rate makes them are a rate.
 */

import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { grouped } from '#core/grouped.ts'
import { upperMedian } from '#core/number/quantile.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Daemon, EventName, LogEvent } from '#core/trace/series.ts'
import type { Correction, Dropped } from '../corrections/corrections.ts'
import {
  CLOSE,
  correctionsSaid,
  decidedAt,
  firstWord,
  foundAt,
  isAtStart,
  isOfARate,
  LEAST,
  rowsOfStarts,
  saidStarts,
  wordsOfStarts,
} from '../corrections/corrections-said.ts'
import { NOTICED } from '../corrections/noticed.ts'
import { MAX_SLEW } from '../corrections/slew-pace.ts'
import type { HostLog, UpdateSeries } from '../host-log.ts'
import { SLACK } from '../order/eras.ts'
import { isBefore, orderOf, type Placed } from '../order/line-order.ts'
import { returnsOf, type WentBack } from '../order/returns.ts'
import { LONGEST_POLL } from '../sources/longest-poll.ts'
import { gatheredIn, isOfLocalClock, onOwnClock } from '../sources/on-own-clock.ts'
import { WANDERS, withoutSources } from '../sources/without-sources.ts'
import { alikeOf, isAbout } from './alike.ts'
import { type Timetable, timetableOf } from './by-the-clock.ts'
import type { Disturbance } from './disturbance.ts'
import { foughtBy } from './fought.ts'

/** What may have been slewed before a step. */
const MOST_SLEWED: Seconds = 10
const DWARFED = 4
/** So many updates that had nothing to correct. */
const WELL = 2
/** Of the largest before it. */
const AGAIN = 0.5
/** ntpd says what it finds after a step as soon as it has heard somebody. */
const AT_ONCE: Seconds = 60
/** Steps wait for polls, and for what has gathered: a rate is the same within this factor, in most of them. */
const EVEN = 4
const MOSTLY = 0.7
const MANY = 4
const NEARLY_ALL = 0.8
/** A queue in one direction does less, or not by one amount. */
const SMALL: Seconds = 0.02
const OFTEN = 8
const WORST_RATE = 0.05
/**
 * A rate takes the clock past a threshold, and on until its daemon acts: ntpd waits for a quarter of an hour and for some polls
 * before it steps; chronyd makes up for any rate that lasts, as soon as some polls have shown it.
 */
const ACTS: Readonly<Partial<Record<Daemon, { readonly beyond: Seconds; readonly within: Seconds }>>> = {
  ntpd: { beyond: STEP_THRESHOLD, within: 2400 },
  chrony: { beyond: 0, within: 3600 },
}
/** ntpd says the first time that it is off after minutes, and within them a wrong rate goes that far. */
const SURELY_JUMPED: Seconds = 1
/** A jump by more scatters beyond the limits of chronyd: maxjitter (1 s), maxdistance (3 s). */
const REFUSED: Seconds = 3
/** chronyd slews at a twelfth of a second in each, or as slowly as it was told. */
const SLEWED_IN = 20
/** ntpd follows what it measured up to eight polls ago, of 1024 s at most. */
const HEARD_WITHIN: Seconds = 8 * 1024
/** What scatters by more makes ntpd follow nobody. */
const SCATTERS: Seconds = 1.5
/** Of the farthest that chronyd has set a clock, so much stays, and on the way it takes back no more; a source that lied has it take back all. */
const STAYS = 1 / 2
const NEVER_BACK = 1 / 4
/** Of 56 pauses of 2 s to 30 s the worst was 11 % off. */
const DISPUTED = 0.15
/** What is smaller than this share changes little of a size. */
const ROUGHLY = 0.05

interface Burst {
  readonly all: Correction[]
  /** The last moment at which nothing was wrong yet. */
  readonly since: Seconds
  /** No word says that all was well then: it is the first word that there is. */
  readonly open: boolean
  /** When it was first seen, where that was said before it was corrected. */
  readonly seen?: Seconds
  /** chronyd had noticed that the clock was set. */
  readonly noticed?: Noticed
  /** Between two lines of which the second has the earlier stamp. */
  readonly wentBack?: WentBack
}

interface Noticed {
  readonly at: Seconds
  /** What it found wrong then was all made by that: nothing of what it was slewing had been left. */
  readonly alone: boolean
}

type Place = Pick<Correction, 'file' | 'line'>

interface Event extends Burst {
  readonly size: Seconds
}

/** A clock that goes wrong again and again, to one side. */
export interface ToldRate {
  /** Positive: the clock loses so much by itself, beyond what its daemon makes up for. */
  readonly rate: Rate
  readonly all: readonly Correction[]
}

export function disturbancesToldBy(log: HostLog, daemon: Daemon): Disturbance[] {
  const events = eventsToldBy(log, daemon)
  if (isRate(events, log, daemon) || isGradual(events) || jobAmong(events, log, daemon)) return []
  const alone = onOwnClock(log)
  const free = withoutSources(log, daemon)
  const leaps = events.filter(
    event =>
      leapt(event, log, daemon) &&
      !alone.some(span => gatheredIn(span, { ...event.all[0]!, size: event.size })) &&
      !free.some(span => gatheredIn(span, { at: foundAt(event.all[0]!), size: event.size }, WANDERS)),
  )
  return leaps.map(({ all, since, seen, noticed, wentBack, size, open }) => ({
    ...(noticed
      ? spanNoticed(all[0]!, { since, noticed, size })
      : wentBack
        ? spanOfReturn(wentBack, size)
        : spanOf(all[0]!, { since, seen, size })),
    ...(open && !noticed && !wentBack && { open }),
    size,
    uncertainty: isOfALine({ all, size, noticed }, daemon)
      ? Math.abs(size)
      : Math.min(
          (!noticed && isDisputed(all[0]!, log, daemon) ? DISPUTED : 0.05) * Math.abs(size),
          MOST_SLEWED,
        ),
    before: 0,
    ...(wentBack && !noticed && { wentBack }),
    moved: noticed || wentBack || wasSet(all[0]!, since, size) ? 'wall clock' : 'not known',
    sources: [],
    lines: all.map(({ file, line }) => ({ file, line })),
    restarted: false,
    lasted: all.at(-1)!.at - (all[0]!.since ?? since),
  }))
}

/** Stamps go back when a clock is set back, never when the machine stands still. */
const wasSet = (first: Correction, since: Seconds, size: Seconds): boolean =>
  (size > 0 && first.at < (first.since ?? since) - SLACK) ||
  (first.noticed === true && Math.abs(size) >= NOTICED)

/** Whether the clock moved at one moment: a daemon that says only that it was off may have been led there by a rate. */
function leapt({ all, size, open, noticed }: Event, log: HostLog, daemon: Daemon): boolean {
  if (daemon === 'chrony') return noticed?.alone ?? true
  // When it ends itself as soon as it is heard of, the clock may have been wrong since the boot.
  const panicked = log.events.of('panic').some(({ file, line }) => isAt(all[0]!, { file, line }))
  return Math.abs(size) >= SURELY_JUMPED && !(open && panicked)
}

/**
 * chronyd finds the clock wrong by a line through old and new measurements: in the first of the new ones that is about a half
 * of what happened, and what it corrects then it mostly does not tell. Beyond its limits it waits until all of them are new.
 */
const isOfALine = ({ all, size, noticed }: Pick<Event, 'all' | 'size' | 'noticed'>, daemon: Daemon) =>
  daemon === 'chrony' && all[0]!.since === undefined && !noticed && Math.abs(size) < REFUSED

/** It had no majority before that, or nobody at all: the line goes through what only some of its sources had seen. */
const isDisputed = (first: Correction, log: HostLog, daemon: Daemon): boolean =>
  daemon === 'chrony' &&
  first.since === undefined &&
  wordsOf(log, daemon, 'no-source').some(({ at }) => {
    const later = decidedAt(first) - at
    return later >= 0 && later < LONGEST_POLL
  })

const isAt = (a: Place, b: Place): boolean => a.file === b.file && a.line === b.line

/** Undefined where nothing says so. */
export function rateToldBy(log: HostLog, daemon: Daemon): ToldRate | undefined {
  const events = eventsToldBy(log, daemon)
  if (!isRate(events, log, daemon) && !isGradual(events)) return undefined
  const all = events.flatMap(each => each.all)
  const [first, last] = [all[0]!, all.at(-1)!]
  const sum = all.reduce((total, { size }) => total + size, 0)
  // What the first one took away had been gathered before it.
  return { rate: (sum - first.size) / (last.at - first.at), all }
}

/** What sets the clock forward at round times, as only its daemon tells, which takes it back. */
export interface ToldJob extends Timetable {
  readonly all: readonly Correction[]
}

/** Undefined where nothing says so. */
export const jobToldBy = (log: HostLog, daemon: Daemon): ToldJob | undefined =>
  jobAmong(eventsToldBy(log, daemon), log, daemon)

/** A machine that stands still at round times is one of which backups are made: it loses. */
function jobAmong(events: readonly Event[], log: HostLog, daemon: Daemon): ToldJob | undefined {
  if (events.length < MANY || isTracked(log, daemon) || total(events) > 0 || !isOneSided(events))
    return undefined
  const all = events.flatMap(each => each.all[0]!)
  const timetable = timetableOf(all.map(foundAt))
  return timetable && { ...timetable, all }
}

function eventsToldBy(log: HostLog, daemon: Daemon): Event[] {
  const corrections = log.updatesOf(daemon)?.corrections.sized ?? []
  const tracked = isTracked(log, daemon)
  const given = log.updatesOf(daemon)?.corrections.dropped ?? []
  const all = tracked ? withoutGivenUp(corrections, given) : correctionsSaid(log, daemon)
  const begun = startsOf(log, daemon)
  const begins = log.updatesOf(daemon)?.from ?? firstWord(log, daemon)
  const around = {
    words: wordsOfRight(log, daemon),
    order: tracked ? 1 : orderOf(log, daemon),
    returns: tracked ? [] : returnsIn(log, daemon),
  }
  const bursts = tracked
    ? burstsOf(
        all.filter(({ size }) => Math.abs(size) >= 0.002),
        begins,
      )
    : joinRests(
        burstsOf(
          all.filter(({ size }) => Math.abs(size) >= LEAST),
          begins,
          DWARFED,
        ),
        log.events.of('spike').filter(event => event.daemon === daemon),
      ).map((burst, i, bursts) => betweenItsWords(burst, { ...around, before: bursts[i - 1] }, log, daemon))
  const sized = bursts.map(burst => ({ ...burst, size: total(burst.all) }))
  const small = tracked ? smallOnes(sized) : []
  const fought = foughtBy(log, daemon)?.words ?? []
  return sized.filter(
    ({ all, size }, i) =>
      (Math.abs(size) >= LEAST || small.includes(sized[i]!)) &&
      // What is run once, as ntpdate is, has no other start than its first word.
      !(daemon === 'other' && all[0]!.at === begins) &&
      !isAtStart(all[0]!, begun, log, daemon) &&
      !isOfARate(all, log, daemon) &&
      !fought.some(word => isAt(word, all[0]!)) &&
      // Corrections to and fro follow sources that contradict each other.
      (tracked || isOneSided(all) || (daemon === 'chrony' && isOvershot(all))),
  )
}

/** chronyd's updates tell what it corrected in each; ntpd's loopstats of a step only that it was. */
const isTracked = (log: HostLog, daemon: Daemon): boolean =>
  daemon === 'chrony' && (log.updatesOf(daemon)?.corrections.sized.length ?? 0) > 0

/** What is too small to be told alone, but came again and again, at one size, each time after all was well. */
function smallOnes(events: readonly Event[]): readonly Event[] {
  const sudden = events.filter(({ all, size }) => wasWell(all[0]!) && Math.abs(size) >= SMALL)
  const alike = alikeOf(sudden)
  return alike.length >= OFTEN && alike.length >= NEARLY_ALL * sudden.length ? alike : []
}

/**
 * A leap forward makes chronyd give up what it was slewing, and what it finds wrong next is the rest of that and the leap: an event
 * of its own. Until then it had slewed as fast as it does, or all of it.
 */
function withoutGivenUp(all: readonly Correction[], given: readonly Dropped[]): Correction[] {
  return all.map((each, i) => {
    const before = all[i - 1]
    const dropped = before && given.find(one => isOf(one, before))
    if (!before || !dropped || each.at < dropped.at) return each
    const slewed =
      Math.sign(dropped.left) * Math.min(Math.abs(dropped.left), MAX_SLEW * (dropped.at - before.at))
    const leapt = (each.size - dropped.left + slewed) / (1 + MAX_SLEW)
    return leapt < -NOTICED && dropped.left < 0 ? { ...each, size: leapt, clean: WELL } : each
  })
}

const isOf = ({ left, lastAt }: Dropped, { at, size }: Correction): boolean =>
  Math.abs(lastAt - at - size) <= SLACK && Math.abs(left - size) < ROUGHLY * Math.abs(size)

/** Between the update before, when all was well, and the first correction, which is stamped as if it were done. */
function spanOf(
  correction: Correction,
  { since: last, seen, size }: Pick<Event, 'since' | 'seen' | 'size'>,
): Pick<Disturbance, 'from' | 'to' | 'local'> {
  const { at, since } = correction
  if (since === undefined) {
    const to = seen ?? at - leap(correction)
    const from = Math.min(last, to)
    // A clock that had been set forward is ahead in its own stamps.
    const ahead = seen !== undefined || correction.by === 'unknown' ? Math.min(0, size) : 0
    return { from: Math.min(from, to + ahead), to: to + ahead, local: { from, to } }
  }
  return { from: since, to: Math.max(since, at + size), local: { from: since, to: at } }
}

/** Since chronyd had last woken up, when the clock was right, and until it noticed. */
function spanNoticed(
  found: Correction,
  { since, noticed: { at }, size }: Pick<Event, 'since' | 'size'> & { readonly noticed: Noticed },
): Pick<Disturbance, 'from' | 'to' | 'local'> {
  // Stamps without a year may be of another one, where a clock was years off.
  const to = Math.min(at + size, found.by === 'step' ? found.at : found.at + size)
  // chronyd compares its clock with the machine's counter each time that it wakes up: for each poll.
  const from = Math.min(to, Math.max(since, to - LONGEST_POLL))
  return { from, to, local: { from: Math.min(from, at), to: Math.max(from, at) } }
}

/** It was set between these two lines, or sooner after the first of them than the stamps say. */
function spanOfReturn(
  { before, after }: WentBack,
  size: Seconds,
): Pick<Disturbance, 'from' | 'to' | 'local'> {
  return {
    from: before.at,
    to: Math.max(before.at, after.at + size),
    local: { from: after.at, to: before.at },
  }
}

interface Right {
  readonly at: Seconds
  /** What says so; of a row that shows it nobody knows where it stands among the words. */
  readonly said?: LogEvent
}

/** When the daemon said that the clock was right, or had just begun to care for it. */
const wordsOfRight = (log: HostLog, daemon: Daemon): Right[] => [
  ...rowsOfStarts(log, daemon).map(at => ({ at })),
  ...[...wordsOfStarts(log, daemon), ...wordsOf(log, daemon, 'synchronised')].map(said => ({
    at: said.at,
    said,
  })),
  ...(daemon === 'ntpd' ? wordsOf(log, daemon, 'selected') : [])
    .filter(said => !isOfLocalClock(said))
    .map(said => ({ at: said.at - HEARD_WITHIN, said })),
]

const wordsOf = (log: HostLog, daemon: Daemon, what: EventName): LogEvent[] =>
  log.events.of(what).filter(each => each.daemon === daemon)

interface Around {
  /** When all was well. */
  readonly words: readonly Right[]
  readonly before: Burst | undefined
  readonly returns: readonly WentBack[]
  /** Of the lines: -1 where the last is the first, as `journalctl -r` prints them. */
  readonly order: number
}

function betweenItsWords(
  burst: Burst,
  { words, before, order, returns }: Around,
  log: HostLog,
  daemon: Daemon,
): Burst {
  const [first] = burst.all
  const size = total(burst.all)
  const last = before?.all.at(-1)
  const mine = (what: EventName) =>
    wordsOf(log, daemon, what).filter(
      each => isBefore(each, first!, order) && !(last && isBefore(each, last, order)),
    )
  const found = decidedAt(first!)
  const spike = mine('spike')
    .filter(each => each.at >= burst.since && each.size * first!.size > 0)
    .toSorted((a, b) => a.at - b.at)[0]
  const sign = spike ?? { ...first!, at: found }
  const right = words.filter(({ at, said }) =>
    said
      ? isBefore(said, sign, order) &&
        Math.abs(said.at - sign.at) > SLACK &&
        (last ? isBefore(last, said, order) : at >= burst.since)
      : at < found - SLACK && at >= burst.since,
  )
  const leap = [...mine('jumped-forward'), ...mine('jumped-backward')]
    .sort((a, b) => order * (a.line - b.line))
    .at(-1)
  const wentBack = returns.find(
    each =>
      each.by <= size + SLACK &&
      isBefore(each.after, first!, order) &&
      (!last || isBefore(last, each.before, order)),
  )
  const since = Math.max(burst.since, ...right.map(({ at }) => at))
  const seen = (daemon === 'ntpd' && Math.abs(size) > SCATTERS && scatteredBefore(sign, mine, order)) || spike
  return {
    ...burst,
    since,
    open: burst.open && right.length === 0,
    ...(seen && { seen: seen.at }),
    ...(wentBack && { wentBack }),
    ...(leap && { noticed: { at: leap.at, alone: isAlone(leap, first!, last) } }),
  }
}

/**
 * After a jump each source scatters by it, and ntpd follows none of them although they answer: from then on the clock was wrong. It tells
 * whom it follows and who does not answer, or neither.
 */
function scatteredBefore(
  sign: Placed,
  mine: (what: EventName) => LogEvent[],
  order: number,
): LogEvent | undefined {
  const before = (what: EventName) =>
    mine(what)
      .filter(each => isBefore(each, sign, order) && Math.abs(each.at - sign.at) > SLACK)
      .sort((a, b) => order * (a.line - b.line))
  const followed = before('selected').at(-1)
  const alone = before('no-source').find(each => followed && isBefore(followed, each, order))
  const silent = before('unreachable').some(each => followed && isBefore(followed, each, order))
  return alone && !silent && sign.at - alone.at < HEARD_WITHIN ? alone : undefined
}

/** Where stamps go back, and it had not set the clock back itself: first where they fall most, since that is nearest to all that it was set. */
const returnsIn = (log: HostLog, daemon: Daemon): WentBack[] => {
  const mine = log.events.all.filter(event => event.daemon === daemon)
  const own = [...grouped(mine, ({ file }) => file).values()]
    .flatMap(each => returnsOf(each))
    .filter(({ before }) => before.what !== 'stepped')
  return [...own, ...log.others.returns].sort((a, b) => b.by - a.by)
}

function isAlone(leap: LogEvent, found: Correction, before: Correction | undefined): boolean {
  const way = found.size > 0 ? 'jumped-backward' : 'jumped-forward'
  const slewing =
    before?.by === 'unknown' &&
    Math.abs(before.size) > ROUGHLY * Math.abs(found.size) &&
    leap.at - before.at < SLEWED_IN * Math.abs(before.size)
  return leap.what === way && !slewing
}

function startsOf(log: HostLog, daemon: Daemon): Seconds[] {
  const events = saidStarts(log, daemon)
  const first = log.updatesOf(daemon)?.from
  return first === undefined ? events : [...events, first]
}

/** A step forward is stamped by the clock that was set: so much later than it was decided. */
const leap = ({ by, size }: Correction): Seconds => (by === 'step' ? Math.max(0, size) : 0)

/** One that is so many times as large as all before it is no rest of them; nor is one as large as they that comes after all was well. */
function burstsOf(all: readonly Correction[], begins: Seconds, dwarfed = Number.POSITIVE_INFINITY): Burst[] {
  const bursts: Burst[] = []
  for (const each of all) {
    const burst = bursts.at(-1)?.all
    const last = burst?.at(-1)
    const largest = Math.max(0, ...(burst ?? []).map(({ size }) => Math.abs(size)))
    const rest =
      Math.abs(each.size) <= dwarfed * largest && !(wasWell(each) && Math.abs(each.size) > AGAIN * largest)
    if (burst && last && each.at - last.at < CLOSE && rest) burst.push(each)
    else bursts.push({ all: [each], since: last ? last.at : begins, open: !last && each.since === undefined })
  }
  return bursts
}

/**
 * ntpd steps by what its sources say on the average, of which some know of a jump only in part yet: then it finds the rest at once, and
 * waits as long again before it steps by that.
 */
function joinRests(bursts: readonly Burst[], spikes: readonly LogEvent[]): Burst[] {
  const joined: Burst[] = []
  for (const burst of bursts) {
    const before = joined.at(-1)
    const [last, first] = [before?.all.at(-1), burst.all[0]!]
    const isRest =
      last?.by === 'step' &&
      first.by === 'step' &&
      first.size / last.size > 0 &&
      Math.abs(first.size) < Math.abs(last.size) &&
      spikes.some(({ at, size }) => at >= last.at && at < last.at + AT_ONCE && isAbout(size, first.size))
    if (before && isRest) joined[joined.length - 1] = { ...before, all: [...before.all, ...burst.all] }
    else joined.push(burst)
  }
  return joined
}

const wasWell = ({ clean = 0 }: Correction): boolean => clean >= WELL

/** Events as far apart as a wrong rate makes them, nearly all of them to one side. */
function isRate(events: readonly Event[], log: HostLog, daemon: Daemon): boolean {
  // What chronyd noticed by the machine's counter is no rate.
  if (events.length < MANY || events.some(({ noticed }) => noticed)) return false
  const span = events.at(-1)!.all[0]!.at - events[0]!.all[0]!.at
  return (
    isOneSided(events) &&
    !jobAmong(events, log, daemon) &&
    !keepsTheHour(events, log, daemon) &&
    Math.abs(total(events) / span) < WORST_RATE &&
    isEven(events) &&
    wasLetGoSoFar(events, span, log, daemon) &&
    !wasRightBetween(events, span, log.updatesOf(daemon))
  )
}

/** chronyd sets what is wrong by a rate right at a pace of its own, and soon no more: what comes by the clock is a backup, say. */
const keepsTheHour = (events: readonly Event[], log: HostLog, daemon: Daemon): boolean =>
  daemon === 'chrony' &&
  !isTracked(log, daemon) &&
  timetableOf(events.map(({ all }) => foundAt(all[0]!))) !== undefined

/** Whether a rate that adds up to that gets so far before its daemon acts: a pause goes all its way at once, and then nothing happens for hours. */
function wasLetGoSoFar(events: readonly Event[], span: Seconds, log: HostLog, daemon: Daemon): boolean {
  const acts = ACTS[daemon]
  if (!acts || isTracked(log, daemon)) return true
  // What ntpd cannot hold stands at its limit.
  if (daemon === 'ntpd' && log.updatesOf(daemon)?.saturation.rows === 0) return false
  const rate = Math.abs(total(events.slice(1)) / span)
  return upperMedian(events.map(({ size }) => Math.abs(size))) <= acts.beyond + rate * acts.within
}

/** What has gathered since the event before, in the time since then, is about the same each time. */
function isEven(events: readonly Event[]): boolean {
  const rates = events
    .slice(1)
    .map(({ all, size }, i) => Math.abs(size) / Math.max(1, all[0]!.at - events[i]!.all.at(-1)!.at))
  const middle = upperMedian(rates)
  const even = rates.filter(each => each > middle / EVEN && each < middle * EVEN)
  return even.length >= MOSTLY * rates.length
}

/** A wrong rate shows in each update: where most of them had next to nothing to correct, or the last before each event, the clock jumped, each time. */
function wasRightBetween(
  events: readonly Event[],
  span: Seconds,
  updates: UpdateSeries | undefined,
): boolean {
  if (!updates || events.some(({ all }) => all.some(({ since }) => since === undefined))) return false
  const sudden = events.filter(({ all }) => wasWell(all[0]!))
  if (sudden.length > NEARLY_ALL * events.length) return true
  const wrong = events.reduce((sum, { all }) => sum + all.length, 0)
  return 2 * wrong < (updates.rows * span) / (updates.to - updates.from)
}

/** One event of many corrections, none of which stands out: as a pause they would begin with the largest. */
function isGradual(events: readonly Event[]): boolean {
  const [one, another] = events
  if (!one || another || one.all.length < MANY || one.all.some(({ since }) => since !== undefined))
    return false
  return isOneSided(one.all) && one.all.every(({ size }) => Math.abs(size) < 0.5 * Math.abs(one.size))
}

const total = (all: readonly { readonly size: Seconds }[]): Seconds =>
  all.reduce((sum, { size }) => sum + size, 0)

/**
 * By a line through old and new measurements chronyd sets the clock too far, then back, perhaps too far again: in all it goes where it
 * should. Never does it come near to where it was.
 */
function isOvershot(all: readonly Correction[]): boolean {
  const way = Math.sign(all[0]!.size)
  let sum = 0
  const gone = all.map(({ size }) => {
    sum += way * size
    return sum
  })
  const most = Math.max(...gone)
  return sum > STAYS * most && Math.min(...gone) > NEVER_BACK * most
}

const isOneSided = (all: readonly { readonly size: Seconds }[]): boolean =>
  Math.abs(total(all)) > 0.8 * all.reduce((sum, { size }) => sum + Math.abs(size), 0)
