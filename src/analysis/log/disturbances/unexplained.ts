/** The sudden changes of an offset without what the daemon did meanwhile: what is left is no work of its. */

import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, LogEvent } from '#core/trace/series.ts'
import type { Correction, Dropped } from '../corrections/corrections.ts'
import { saidStarts } from '../corrections/corrections-said.ts'
import {
  bestRest,
  between,
  erasOfCorrections,
  meanwhileByEra,
  meanwhileByStamp,
  withPlaces,
} from '../corrections/meanwhile.ts'
import { NOTICED } from '../corrections/noticed.ts'
import { MAX_SLEW } from '../corrections/slew-pace.ts'
import { type SeenStep, stepSizes } from '../corrections/step-sizes.ts'
import type { HostLog, SampleSeries } from '../host-log.ts'
import { commonEras, type Eras, SLACK } from '../order/eras.ts'
import { levelOf } from '../rate/rate-change.ts'
import type { Spell } from '../sources/spells.ts'
import type { Bucket } from '../statistics/envelope.ts'
import { isAbout } from './alike.ts'
import type { Change } from './changes.ts'
import type { Jump } from './jumps.ts'
import { othersStayed } from './others-stayed.ts'
import { type SetRight, setsOfDrift } from './set-right.ts'

/** Of what chrony prints with four digits. */
const ROUNDING = 5e-4
/** ntpd steps by what its sources say on the average, and each was asked at another time. */
const AGREED = 0.2
/** Of what was there, after a step by a part of it. */
const MOST_LEFT = 0.75
/** Some polls and more. */
const GOES_ON: Seconds = 1800
/** Beyond what could be nothing, by this much. */
const CLEAR = 1.5

/** `own`: steps that its daemon seems to have made, by its measurements. */
export function unexplained(
  series: SampleSeries,
  log: HostLog,
  daemon: Daemon,
): { jumps: Jump[]; own: Correction[] } {
  const exact = daemon === 'chrony'
  const updates = log.updatesOf(daemon)
  const events = log.events.of('stepped').filter(event => event.daemon === daemon)
  const markers = updates?.corrections.markers ?? []
  const seen =
    updates && events.length === 0 && !exact && !series.exchanges
      ? stepSizes(updates.corrections.likeMarkers, series.changes.all)
      : []
  const sized: readonly (Correction & Partial<SeenStep>)[] =
    daemon === 'chrony' && updates && updates.corrections.sized.length > 0
      ? updates.corrections.sized
      : [
          ...events.map(({ at, size, file, line }) => ({ at, size, by: 'step' as const, file, line })),
          ...seen,
        ].sort((a, b) => a.at - b.at)
  const nothingKnown = !updates && events.length === 0
  const starts = saidStarts(log, daemon)
  const leaps = log.events.of('jumped-forward', 'jumped-backward').filter(event => event.daemon === daemon)
  const unfollowed = (updates?.corrections.dropped ?? []).filter(each => !wasStepped(each, events))
  const places = erasOfCorrections(daemon === 'chrony' ? sized : [], series.changes.eras)
  const isOfEra = updates && sameEras(series.changes.eras, updates.corrections.eras)
  const usedBy = new Map<number, Set<Correction>>()
  const jumps: Jump[] = []
  const own: Correction[] = [...seen]
  const setRight: SetRight[] = []
  const offsets = exact ? [] : series.offset.envelope.buckets()
  const usual = exact && updates ? levelOf(updates.frequencyEnvelope.buckets()) : 0
  const changes = series.changes.all
  for (const change of changes) {
    const delta = change.after - change.before
    const used = usedBy.get(change.source) ?? new Set()
    usedBy.set(change.source, used)
    const [low, high] = [Math.min(change.from, change.to), Math.max(change.from, change.to)]
    const when = withPlaces(
      updates && exact && change.fromEra !== change.toEra
        ? meanwhileByEra(change, series.changes.eras, updates.corrections.eras)
        : meanwhileByStamp(change, exact),
      change,
      places,
    )
    const meanwhile = between(sized, ...when.stamps).filter(
      each =>
        !isOfAnother(each, change) &&
        when.perhaps(each) &&
        !used.has(each) &&
        !(!exact && !change.fresh && corrects(each, change)) &&
        (each.era === undefined || !isOfEra || isOfEra({ era: each.era }, change)),
    )
    const near = nearestTo(
      change.to,
      unfollowed.filter(
        each =>
          each.at >= earliestOf(change, series.changes.eras) - SLACK &&
          each.at <= high + SLACK &&
          (!isOfEra || isOfEra(each, change)),
      ),
    )
    // What was given up had been begun, however much better the change is explained without it.
    const allBegun = near && bestRest(delta, meanwhile, { ...when, open: () => false })
    const dropped = allBegun && gaveUp(near, allBegun.rest) ? near : undefined
    const { rest, of } = dropped && allBegun ? allBegun : bestRest(delta, meanwhile, when)
    const printed = of.reduce((total, each) => total + Math.abs(each.size), Math.abs(change.after))
    const tolerance = change.tolerance + (daemon === 'chrony' ? ROUNDING * printed : 0)
    for (const each of of) used.add(each)
    if (!change.sudden && of.length === 0) continue
    if (Math.abs(rest) <= CLEAR * tolerance) continue
    if (exact && updates && wasDriven(rest, updates.corrections.drivenBetween(low, high, usual), tolerance))
      continue
    if (!exact && wentOn(rest, change, offsets)) continue
    const towardsZero = Math.abs(change.after) < 0.5 * Math.abs(change.before)
    // ntpd tells of a step by the clock that it has set, which may be before both measurements where that was back.
    const first = delta > 0 ? Math.min(low, change.from - delta) : low
    const marked = markers.some(each => each.at >= first - SLACK && each.at <= high + SLACK)
    const alike = towardsZero && (change.fresh || nothingKnown)
    const mayBeStep = of.length === 0 && (alike || (marked && isPartOf(change)))
    const alone = () =>
      cameBack(change, series.census.spellsOf(change.source)) ||
      (nothingKnown && !change.fresh && daemon === 'ntpd' && othersStayed(change, series, changes))
    if (mayBeStep && !alone()) {
      const known = own.some(each => Math.abs(each.at - change.to) < 3600 && isAbout(-each.size, delta))
      // chronyd counts what it slews as done at once: in its measurements that looks like a step.
      const by = daemon === 'chrony' ? 'unknown' : 'step'
      const step: Correction = { at: change.to, size: -delta, by, file: change.file, line: change.line }
      if (known) continue
      // Nobody but the writer of this log is known, who only measures.
      if (daemon === 'other') setRight.push({ step, jump: jumpOf(change, { size: delta, tolerance }) })
      else own.push(step)
      continue
    }
    const pending = dropped ? pendingAt(dropped, rest) : undefined
    const size = rest - (pending?.size ?? 0)
    // A step of its own empties a filter, too.
    const begun = change.fresh && of.every(({ by }) => by !== 'step')
    const restarted = begun || starts.some(at => isWithin(change, at))
    jumps.push({
      change,
      first: change,
      firstSize: size,
      size,
      uncertainty:
        Math.min(tolerance, Math.abs(size)) + (pending ? 0.01 * Math.abs(size) + pending.uncertainty : 0),
      dropped: dropped !== undefined,
      set: wasSet(change, { size, leaps, eras: series.changes.eras }),
      restarted: restarted && !towardsZero,
    })
  }
  const sets = setsOfDrift(setRight, jumps)
  const undone = setRight.filter(each => !sets.includes(each)).map(({ step }) => step)
  return { jumps: [...jumps, ...sets.map(({ jump }) => jump)], own: [...own, ...undone] }
}

/** Of which nothing more is known. */
const jumpOf = (
  change: Change,
  { size, tolerance }: { readonly size: Seconds; readonly tolerance: Seconds },
): Jump => ({
  change,
  first: change,
  firstSize: size,
  size,
  uncertainty: Math.min(tolerance, Math.abs(size)),
  dropped: false,
  set: true,
  restarted: false,
})

/** ntpd may step by a part of what it lacks. */
const isPartOf = ({ before, after }: Change): boolean => Math.abs(after) < MOST_LEFT * Math.abs(before)

/** A source that had contradicted the others until then was set right itself. */
const cameBack = ({ before, after, to }: Change, spells: readonly Spell[]): boolean =>
  spells.some(each => Math.abs(to - each.to) < GOES_ON && isAbout(before - after, each.size))

/** After a correction back of an hour the same stamps are there again: whether something is of those eras in which a change was. */
function sameEras(eras: Eras, corrections: Eras): (of: { readonly era: number }, change: Change) => boolean {
  const { ofA, ofB } = commonEras(eras, corrections)
  return ({ era }, { fromEra, toEra }) => ofB[era]! >= ofA[fromEra]! && ofB[era]! <= ofA[toEra]!
}

/** The first stamp between the two measurements: where stamps went back, others were measured before the second of them. */
const earliestOf = ({ from, to, fromEra, toEra }: Change, eras: Eras): Seconds =>
  Math.min(from, to, ...eras.returns.slice(fromEra, toEra).map(each => each.to))

/** What a frequency did that chronyd had learned wrongly, in the time between two measurements: most of what is left. */
const wasDriven = (rest: Seconds, forward: Seconds, tolerance: Seconds): boolean =>
  Math.abs(rest + forward) <= Math.max(CLEAR * tolerance, AGREED * Math.abs(forward))

/**
 * Below its step threshold ntpd takes away what it believes it has found, for some polls more than are left: its filter may hold that
 * sample still, and the kernel goes on by what it was told last. So far beyond zero the clock goes by itself.
 */
function wentOn(rest: Seconds, { earliest, to }: Change, offsets: readonly Bucket[]): boolean {
  const meanwhile = offsets.filter(each => each.to > earliest - GOES_ON && each.from < to)
  const found = Math.max(0, ...meanwhile.map(({ min, max }) => (rest > 0 ? -min : max)))
  return found < STEP_THRESHOLD && Math.abs(rest) <= found
}

/** Where the clock was set back the same stamps are there again: of several the last before the measurement that shows it. */
const nearestTo = (at: Seconds, all: readonly Dropped[]): Dropped | undefined =>
  all.toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0]

/** Whether a stamp is of the time between the two measurements: of a clock that was set back before it was, or after. */
function isWithin({ from, to, before, after }: Change, at: Seconds): boolean {
  if (to >= from) return at >= from - SLACK && at <= to + SLACK
  const passed = Math.max(0, to + after - from - before)
  return [from, to - passed].some(first => at >= first - SLACK && at <= first + passed + SLACK)
}

/** What undoes the offset that was measured in that very second came after it, but where it is the change itself. */
const corrects = ({ at, size }: Correction, { to, before, after }: Change): boolean =>
  Math.abs(at - to) <= SLACK &&
  Math.abs(size - after) < AGREED * Math.abs(size) &&
  !isAbout(before - after, size)

interface Around {
  readonly size: Seconds
  readonly leaps: readonly LogEvent[]
  readonly eras: Eras
}

/**
 * Whether the wall clock alone moved: the daemon said so, or stamps went back, of this source or of any that was heard in
 * between, which they never do when a machine stands still.
 */
function wasSet({ from, to, fromEra, toEra }: Change, { size, leaps, eras }: Around): boolean {
  const [low, high] = [Math.min(from, to), Math.max(from, to)]
  const leap = size > 0 ? 'jumped-backward' : 'jumped-forward'
  // Elsewhere, or by more, it was something else: another file, a step of the daemon's own.
  const wentBack = eras.returns
    .slice(fromEra, toEra)
    .some(each => each.from >= low - SLACK && each.to <= high + SLACK && each.from - each.to <= size + SLACK)
  return (
    (size > 0 && (wentBack || to < from - SLACK)) ||
    leaps.some(({ what, at }) => what === leap && at >= low - SLACK && at <= high + SLACK)
  )
}

/** Whose filter a step emptied shows it there, and nowhere else. */
const isOfAnother = (each: Correction & Partial<SeenStep>, change: Change): boolean =>
  each.between?.some(one => one.source === change.source && one !== change) ?? false

/** It was done at once, and nothing was left. */
const wasStepped = ({ left, lastAt }: Dropped, steps: readonly LogEvent[]): boolean =>
  steps.some(({ at, size }) => Math.abs(at - lastAt) <= SLACK && isAbout(size, left))

/** Only what it notices makes it give up: with no majority it follows nobody either, and goes on with what it was slewing. */
function gaveUp(dropped: Dropped, rest: Seconds): boolean {
  const { size, uncertainty } = pendingAt(dropped, rest)
  return Math.abs(rest - size) + uncertainty >= NOTICED - SLACK
}

/**
 * What chronyd still had to slew when it gave up. Its stamps were true time before, as if all had been done, and are the
 * clock's own after. How fast it slews is not said where it had just begun; what is large it slews as fast as it may.
 */
function pendingAt(
  { left, at, lastAt, rate }: Dropped,
  rest: Seconds,
): { size: Seconds; uncertainty: Seconds } {
  const elapsed = Math.max(0, at + rest - lastAt)
  const known = rate !== 0 || Math.abs(left) < NOTICED
  const pending = left + (known ? rate : -Math.sign(left) * MAX_SLEW) * elapsed
  return {
    size: Math.sign(pending) === Math.sign(left) ? pending : 0,
    uncertainty: known ? 0 : (MAX_SLEW / 2) * elapsed,
  }
}
