/**
 * Finds what happened to the clock and was not done by its daemon: pauses, steps by others, counters that jump.
 *
 * Each sudden change of an offset is what happened minus what the daemon corrected meanwhile, which is taken out. A change
 * that most sources see at one time is the clock's, one that a single source of several sees is its own.
 */

import { upperMedian } from '#core/number/quantile.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import type { Correction } from '../corrections/corrections.ts'
import { saidStarts } from '../corrections/corrections-said.ts'
import { largestWithin, ownSteps, seenSteps } from '../corrections/own-steps.ts'
import { AT_ONCE, stopsSeen } from '../corrections/stops.ts'
import type { HostLog, SampleSeries } from '../host-log.ts'
import { type RateChange, ranAway } from '../rate/rate-change.ts'
import { ranUnfollowed, rateStepsAmong } from '../rate/rate-steps.ts'
import { LIMIT } from '../rate/saturation.ts'
import { heldBy, ranAtStart, ranByFrequency } from '../rate/wrong-frequency.ts'
import { isOfBeingLed } from '../sources/led.ts'
import { oscillationOf, withoutItsOwn, withoutSlow } from '../swings/oscillation.ts'
import { ALIKE, isAbout } from './alike.ts'
import { disturbancesBrokenBy } from './broken.ts'
import type { Disturbance, Disturbances } from './disturbance.ts'
import { groupBySources, type Jump, joinRuns, withoutOutliers } from './jumps.ts'
import { isAwayFrom } from './moved-away.ts'
import { activeSources, oneStayed } from './one-stayed.ts'
import { wasPutRight } from './put-right.ts'
import { withoutShadows } from './shadows.ts'
import { isShownLate } from './shown-late.ts'
import { isOfSleep, sleepsOf } from './sleeps.ts'
import { ofOneSize, withoutParts, withoutTakenBack } from './taken-back.ts'
import { disturbancesToldBy } from './told.ts'
import { unexplained } from './unexplained.ts'
import { withoutEchoes, withoutWake } from './wake.ts'
import { movedAlike, whoMoved } from './who-moved.ts'

/** chrony writes the second in which something was. */
const RESOLUTION: Readonly<Partial<Record<Daemon, Seconds>>> = { chrony: 1 }
/** linuxptp stamps by CLOCK_MONOTONIC, or steers the clock of a card and is stamped by that of the system. */
const SERVO = 'linuxptp'
/** A jump is followed by one step, or by two. */
const FEWEST_STEPS = 3
const NEARLY_ALL = 0.8
/** ntpd waits for a quarter of an hour, and for some polls, before it steps. */
const UNDONE: Seconds = 7200
/** It steps by what all say on the average, and some may not know of it yet. */
const MOSTLY = 0.5

export function findDisturbances(log: HostLog, daemon: Daemon): Disturbances {
  const found = findJumps(log, daemon)
  const oscillation = oscillationOf(log, daemon, found.clock, found.own)
  const unheld = undoneBy(found.own, log.ranAwayUnheld(daemon))
  const runsAway = rateOfSawTooth(log, daemon) ?? unheld?.after
  const rateChange = log.rateChangeOf(daemon) ?? unheld
  const meanwhile = ownStepsOf(found.own, rateChange)
  const jumped = (all: readonly Disturbance[]) =>
    rateChange ? all.filter(each => !ranAway(each, rateChange, largestWithin(each, meanwhile))) : all
  const rate = rateBeyondLimit(log, daemon, found.own)
  const frequencies = daemon === 'ntpd' ? (log.updatesOf(daemon)?.frequencyEnvelope.buckets() ?? []) : []
  const held = rate === undefined ? heldBy(frequencies) : { frequencies, needed: rate }
  const learned = daemon === 'chrony' ? (log.updatesOf(daemon)?.frequencyEnvelope.buckets() ?? []) : []
  const unfollowed = daemon === 'chrony' ? (log.updatesOf(daemon)?.unfollowed.all ?? []) : []
  const ranFree = found.clock.filter(each => ranUnfollowed(each, unfollowed, learned))
  const rateSteps = rateStepsAmong(found.clock, learned)
  const ran = (each: Disturbance) =>
    rateSteps.some(({ is }) => is === each) ||
    ranAtStart(each, learned) ||
    ranFree.includes(each) ||
    ranByFrequency(each, held, rate === undefined ? 0 : largestWithin(each, found.own))
  const beyond = (all: readonly Disturbance[]) =>
    runsAway === undefined ? all : all.filter(each => isBeyondSawTooth(each, runsAway, found.own))
  const led = (log.censusOf(daemon)?.led() ?? []).filter(
    ({ source, size }) => !found.sources.some(each => isAwayFrom(each, source, size)),
  )
  const clock = jumped(oscillation ? withoutItsOwn(found.clock, oscillation, found.own) : found.clock).filter(
    each => !ran(each) && !isOfBeingLed(each, led),
  )
  const sleeps = sleepsOf(log, daemon, clock)
  const awake = (each: Disturbance) => !isOfSleep(each, sleeps)
  const again = ofOneSize(clock.filter(awake))
  return {
    ...found,
    // Of a ramp and a step each source sees another part, as it is asked at another time.
    sources: withoutParts(
      beyond(
        jumped(oscillation ? withoutSlow(found.sources, found.clock, oscillation, found.own) : found.sources),
      ).filter(each => !ran(each) && awake(each)),
      again,
    ),
    led,
    clock: movedAlike(beyond(withoutTakenBack(clock.filter(awake), again))),
    sleeps,
    rateSteps,
    ranFree,
    oscillation,
    runsAway,
    rate,
  }
}

/** A clock that loses is set forward, again and again; where it is set back, something else had set it forward. */
function undoneBy(own: readonly Correction[], change: RateChange | undefined): RateChange | undefined {
  const set = own.reduce((sum, { size }) => sum + size, 0)
  return change && own.length >= FEWEST_STEPS && set * (change.after - change.before) > 0 ? change : undefined
}

/**
 * A ramp and a step within one poll look like a jump. Steps are all about alike, but for those that undo a jump, which come after
 * it.
 */
function isBeyondSawTooth(each: Disturbance, rate: Rate, own: readonly Correction[]): boolean {
  const usual = own.length > 0 ? upperMedian(own.map(({ size }) => Math.abs(size))) : 0
  const step = Math.max(usual, largestWithin(each, own))
  const ran = Math.abs(rate) * (each.local.to - each.local.from)
  return Math.abs(each.size) - each.uncertainty > 2 * step + ran
}

/**
 * Where ntpd's correction stood at its limit nearly all the time, on one side, and it stepped all the same: the limit, and what its
 * measurements show beyond that.
 */
function rateBeyondLimit(log: HostLog, daemon: Daemon, own: readonly Correction[]): Rate | undefined {
  const updates = daemon === 'ntpd' ? log.updatesOf(daemon) : undefined
  if (!updates || own.length === 0) return undefined
  const { rows, time, side } = updates.saturation
  const always = rows > 0 && Math.abs(side) === rows && time > NEARLY_ALL * (updates.to - updates.from)
  return always ? Math.sign(side) * LIMIT + (sawToothRate(log.bestSamples(daemon)) ?? 0) : undefined
}

/** While its clock ran away from ntpd. */
const ownStepsOf = (own: readonly Correction[], change: RateChange | undefined): Correction[] =>
  change?.held === undefined ? [] : own.filter(({ at }) => at > change.from && at <= change.held!)

/** Where no loopstats tell of the correction itself. */
function rateOfSawTooth(log: HostLog, daemon: Daemon): Rate | undefined {
  return daemon === 'ntpd' && !log.updatesOf(daemon) ? sawToothRate(log.bestSamples(daemon)) : undefined
}

function sawToothRate(series: SampleSeries | undefined): Rate | undefined {
  const heard = series?.census.sources() ?? []
  return series?.sawTooth.rate(heard.reduce((sum, { from, to }) => sum + to - from, 0))
}

function findJumps(
  log: HostLog,
  daemon: Daemon,
): Pick<Disturbances, 'own' | 'outliers' | 'sources' | 'clock'> {
  const series = log.bestSamples(daemon)
  const told = { own: ownSteps(log, daemon), outliers: 0 }
  if (!series) return { ...told, sources: [], clock: disturbancesToldBy(log, daemon) }
  // Estimates from many measurements do not jump when the clock does.
  if (series.format === 'chrony statistics') {
    const broken = disturbancesBrokenBy(series, saidStarts(log, daemon))
    const updates = log.updatesOf(daemon)
    const clock = updates
      ? narrowed(disturbancesToldBy(log, daemon), broken.clock)
      : withoutWake(broken.clock, true)
    return { ...told, clock, sources: broken.sources }
  }
  const left = unexplained(series, log, daemon)
  const { jumps, outliers } = withoutOutliers(left.jumps)
  const filtered = daemon === 'ntpd' && !series.exchanges
  const groups = groupBySources(joinRuns(jumps, filtered))
  const clock: Disturbance[] = []
  const sources: Disturbance[] = []
  const followed: Disturbance[] = []
  const own = [...told.own, ...seenSteps(log, daemon, series, left)]
  const corrected = daemon === 'chrony' ? (log.updatesOf(daemon)?.corrections.sized ?? []) : []
  const begun = daemon === 'ntpd' && series.exchanges ? stopsSeen(log, own).map(({ to }) => to) : []
  for (const group of groups) {
    if (isSetAtStart(group, begun)) continue
    const [{ change, size }] = group as [Jump]
    const witnesses = [...new Set(group.map(each => each.change.source))]
    const others = activeSources(series.census, change).filter(each => !witnesses.includes(each))
    const most =
      witnesses.length > others.length ||
      (witnesses.length === others.length &&
        (wasUndone(group, daemon, own) ||
          (daemon === 'chrony' && witnesses.length > 1 && othersUnasked(group, own, others, series))))
    const found = disturbance(group, daemon, series.format !== SERVO, begun)
    const mine =
      (most && !oneStayed(series, { ...change, witnesses, size })) ||
      isOfStart(group, begun) ||
      (witnesses.length === 1 && wasPutRight(group[0]!, series, corrected))
    ;(mine ? clock : sources).push(found)
    if (most) followed.push(found)
  }
  const mine = ofItsSize(sources, clock)
  clock.push(...mine)
  clock.sort((a, b) => a.from - b.from)
  const blind = daemon === 'chrony' && log.updatesOf('chrony') === undefined
  return {
    clock: withoutWake(clock, blind),
    sources: withoutShadows(
      (blind ? withoutEchoes(sources, followed) : sources).filter(each => !mine.includes(each)),
      clock,
      {
        offsets: () => series.offset.envelope.buckets(),
        alone: ({ local, sources: witnesses, size }) => oneStayed(series, { ...local, witnesses, size }),
        late: each => filtered && isShownLate(each, series),
      },
    ),
    own,
    outliers,
  }
}

/**
 * Where a clock jumps by one size again and again, what some of its sources show of that size is the clock's, too: before the others
 * were asked its daemon had corrected it.
 */
function ofItsSize(sources: readonly Disturbance[], clock: readonly Disturbance[]): Disturbance[] {
  const known = ofOneSize(clock)
  const usual = upperMedian(known.map(({ size }) => size))
  return sources.filter(
    ({ size, local }) =>
      isAbout(size, usual) && !known.some(each => each.local.from <= local.to && each.local.to >= local.from),
  )
}

/**
 * ntpd steps by what most of its sources say: of the others the filters had not shown it yet when it did, and were empty then. Rows
 * of filters alone leave that open; in single exchanges each source shows what it knows.
 */
const wasUndone = (group: readonly Jump[], daemon: Daemon, own: readonly Correction[]): boolean =>
  daemon === 'ntpd' &&
  group.some(({ change, size, restarted }) => {
    const step = own.find(({ at }) => at >= change.to && at < change.to + UNDONE)
    const share = (step?.size ?? 0) / size
    return !restarted && share > MOSTLY && share < 1 + ALIKE
  })

/** Before the others were asked chronyd had corrected it, as those found that saw it. */
function othersUnasked(
  group: readonly Jump[],
  own: readonly Correction[],
  others: readonly number[],
  { census }: SampleSeries,
): boolean {
  const first = Math.min(...group.map(({ change: { to } }) => to))
  const last = Math.max(...group.map(({ change: { to } }) => to))
  const undone = own.find(
    ({ at, size }) => at > last && at < last + UNDONE && group.every(each => isAbout(size, each.size)),
  )
  return (
    undone !== undefined && others.every(other => census.isSilentIn(other, { from: first, to: undone.at }))
  )
}

/** Of what is wrong at a start who answers first knows, and soon the others would find nothing any more. */
const isOfStart = (group: readonly Jump[], begun: readonly Seconds[]): boolean =>
  group.some(({ change: { from, to } }) =>
    begun.some(at => at > Math.min(from, to) && at <= Math.max(from, to)),
  )

/** It steps by that first answer at once, and says so in no line: the second of the same source is where it was before. */
const isSetAtStart = (group: readonly Jump[], begun: readonly Seconds[]): boolean =>
  group.every(({ change: { from, to } }) => begun.some(at => at === from && to <= at + AT_ONCE))

/** The updates know the size, and the estimates the moment. */
const narrowed = (told: readonly Disturbance[], broken: readonly Disturbance[]): Disturbance[] =>
  told.map(one => {
    const same = broken.find(({ from, to }) => from < one.to && to > one.from)
    return same
      ? {
          ...one,
          from: same.from,
          to: Math.min(one.to, same.local.to + Math.max(0, one.size)),
          local: same.local,
        }
      : one
  })

/** `byIt`: the stamps are of the clock whose offset it is. `begun`: when ntpd was started, by its measurements. */
function disturbance(
  group: readonly Jump[],
  daemon: Daemon,
  byIt: boolean,
  begun: readonly Seconds[],
): Disturbance {
  const resolution = RESOLUTION[daemon] ?? 0
  const best = group.reduce((a, b) => (b.uncertainty < a.uncertainty ? b : a))
  const moved = group.some(({ dropped, set }) => dropped || set)
    ? 'wall clock'
    : byIt
      ? whoMoved(group, daemon)
      : 'not known'
  // A pause began so much before its end; what else it was, it was in between.
  const stood = best.size > 0 && moved === 'machine' ? best.size : 0
  const window = (times: readonly (readonly [Seconds, Seconds])[]) => {
    const from = Math.max(...times.map(([first]) => first))
    const to = Math.min(...times.map(([, last]) => last))
    return { from: Math.min(from, to), to: Math.max(from, to) }
  }
  return {
    ...window(
      group.map(({ change: c }) =>
        byIt
          ? [c.earliest + c.before, c.latest + c.after - stood + resolution]
          : [c.earliest, c.latest + resolution],
      ),
    ),
    local: window(group.map(({ change: c }) => [c.earliest, c.latest])),
    size: best.size,
    uncertainty: best.uncertainty,
    before: best.change.before,
    moved,
    sources: group.map(({ change }) => change.source),
    lines: group.map(({ change }) => ({ file: change.file, line: change.line })),
    restarted: isOfStart(group, begun) || group.some(({ restarted }) => restarted),
    seenIn: Math.max(...group.map(({ change }) => Math.abs(change.to - change.from))),
    unasked: Math.max(...group.map(({ first }) => first.spacing)),
  }
}
