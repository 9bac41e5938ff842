/**
 * What happened to the clock and was not done by its daemon: pauses, steps by others, counters that jump.
 *
 * Each sudden change of an offset is what happened minus what the daemon corrected meanwhile. What the daemon did is taken
 * out; a change that most sources see at one time is the clock's, one that a single source of several sees is its own.
 * A value that is there once and gone at the next measurement was a bad measurement. Changes in a row at one rate are a
 * rate, and no jump.
 *
 * Who moved is told by the pace of the polls. A daemon waits by the machine's own counter. If polls came at their usual
 * spacing by the local clock, the machine as a whole stood still or leapt; if they came at it by true time, only the wall
 * clock was set.
 */

import type { Rate, Seconds } from '#core/time/units.ts'
import type { Daemon, LogEvent } from '#core/trace/series.ts'
import { disturbancesBrokenBy } from './broken.ts'
import type { Change } from './changes.ts'
import type { Correction, Dropped } from './corrections.ts'
import { commonEras, type Eras, SLACK } from './eras.ts'
import type { HostLog, SampleSeries } from './host-log.ts'
import { isBetweenPolls, NOTICED } from './noticed.ts'
import { type Oscillation, oscillationOf, withoutItsOwn } from './oscillation.ts'
import { disturbancesToldBy } from './told.ts'

/** Sizes that differ by less are of one event. */
const ALIKE = 0.1
/** Of what chrony prints with four digits. */
const ROUNDING = 5e-4
/** Where a rate is no longer a rate of a clock. */
const WORST_RATE = 0.05
/** How much nearer to the usual spacing one pace must be than the other. */
const CLEARLY = 3
/** How far two measurements are apart that follow each other, of the usual wait. */
const ONE_WAIT = 1.5

/** After a step ntpd measures anew, at the next poll at the latest. */
const ONE_POLL: Seconds = 1100

/** chrony writes the second in which something was. */
const RESOLUTION: Readonly<Partial<Record<Daemon, Seconds>>> = { chrony: 1 }
/** Beyond what could be nothing, by this much. */
const CLEAR = 1.5
/** linuxptp stamps by CLOCK_MONOTONIC, or steers the clock of a card and is stamped by that of the system. */
const SERVO = 'linuxptp'
const WAKE = 0.01
const WAKE_TIME: Seconds = 1800
const BLIND_TIME: Seconds = 600
const OVERDONE = 2
const STILL_THERE = 0.3

export type Moved = 'machine' | 'wall clock' | 'not known'

export interface Disturbance {
  /** It happened between these, in true time as the sources tell it. For a pause: it began between these. */
  readonly from: Seconds
  readonly to: Seconds
  /** It may have been before `from`, too: the log begins later. */
  readonly open?: boolean
  /** The same by the local clock, which is what stamps in logs are. */
  readonly local: { readonly from: Seconds; readonly to: Seconds }
  /** Positive: the clock lost so much. Negative: it gained. */
  readonly size: Seconds
  readonly uncertainty: Seconds
  /** The offset before it. */
  readonly before: Seconds
  readonly moved: Moved
  readonly sources: readonly number[]
  readonly lines: readonly { readonly file: number; readonly line: number }[]
  /** The daemon was restarted in between. */
  readonly restarted: boolean
}

export interface Disturbances {
  readonly clock: readonly Disturbance[]
  /** Jumps that only a minority of the sources saw. */
  readonly sources: readonly Disturbance[]
  /** Steps that the daemon made itself, known from whatever shows them; of chronyd's corrections some may have been slewed. */
  readonly own: readonly Correction[]
  /** Measurements that were far off once. */
  readonly outliers: number
  readonly oscillation: Oscillation | undefined
  /** The clock runs away, and ntpd sets it again and again. Positive: it loses so much, beyond what ntpd makes up for. */
  readonly runsAway: Rate | undefined
}

/**
 * In the wake of a large jump small ones are not told: daemons print few digits of what they correct then, and slew at
 * rates at which a moment more or less counts. Where the daemon's corrections are not known, what is smaller may all be
 * its doing for some minutes, and what goes back may be more than it should have taken away: it draws a line through
 * measurements of which some are older than the jump.
 */
function withoutWake(all: readonly Disturbance[], blind: boolean): Disturbance[] {
  let largest = 0
  let side = 0
  let until = Number.NEGATIVE_INFINITY
  return all.filter(({ size, from, to, before }) => {
    const now = Math.abs(size)
    const back = Math.sign(size) === -side && before * size < 0 && Math.abs(before) > STILL_THERE * now
    const may = back ? OVERDONE * largest : largest
    const over = from > until || from < until - 3 * WAKE_TIME
    if (!over && now < WAKE * largest) return false
    if (blind && now < may && from < until - WAKE_TIME + BLIND_TIME) return false
    if (over || now > 0.5 * largest) {
      largest = now
      side = Math.sign(size)
      until = to + WAKE_TIME
    }
    return true
  })
}

interface Jump {
  readonly change: Change
  /** The part of it that was seen first: how long the daemon had waited for that. */
  readonly first: Change
  readonly firstSize: Seconds
  readonly size: Seconds
  readonly uncertainty: Seconds
  readonly dropped: boolean
  /** The daemon noticed that its clock went otherwise than the machine's counter, or the stamps went back. */
  readonly set: boolean
  readonly restarted: boolean
}

export function findDisturbances(log: HostLog, daemon: Daemon): Disturbances {
  const found = findJumps(log, daemon)
  const oscillation = oscillationOf(log, daemon, found.clock)
  const runsAway = rateOfSawTooth(log, daemon)
  const steps = Math.max(0, ...found.own.map(({ size }) => Math.abs(size)))
  const clock = oscillation ? withoutItsOwn(found.clock, oscillation) : found.clock
  return {
    ...found,
    // A ramp and a step within one poll look like a jump.
    clock: runsAway === undefined ? clock : clock.filter(({ size }) => Math.abs(size) > 2 * steps),
    oscillation,
    runsAway,
  }
}

/** Where no loopstats tell of the correction itself. */
function rateOfSawTooth(log: HostLog, daemon: Daemon): Rate | undefined {
  const series = daemon === 'ntpd' && !log.updatesOf(daemon) ? log.bestSamples(daemon) : undefined
  const heard = series?.census.sources() ?? []
  return series?.sawTooth.rate(heard.reduce((sum, { from, to }) => sum + to - from, 0))
}

function findJumps(log: HostLog, daemon: Daemon): Omit<Disturbances, 'oscillation' | 'runsAway'> {
  const series = log.bestSamples(daemon)
  const told = { own: ownSteps(log, daemon), outliers: 0 }
  if (!series) return { ...told, sources: [], clock: disturbancesToldBy(log, daemon) }
  // Estimates from many measurements do not jump when the clock does.
  if (series.format === 'chrony statistics') {
    const broken = disturbancesBrokenBy(series)
    const updates = log.updatesOf(daemon)
    const clock = updates
      ? narrowed(disturbancesToldBy(log, daemon), broken.clock)
      : withoutWake(broken.clock, true)
    return { ...told, clock, sources: broken.sources }
  }
  const explained = explain(series, log, daemon)
  const { jumps, outliers } = withoutOutliers(explained.jumps)
  const groups = groupBySources(joinRuns(jumps))
  const clock: Disturbance[] = []
  const sources: Disturbance[] = []
  for (const group of groups) {
    const witnesses = new Set(group.map(({ change }) => change.source)).size
    const others = activeSources(series, group[0]!.change)
    ;(2 * witnesses > others ? clock : sources).push(disturbance(group, daemon, series.format !== SERVO))
  }
  const blind = daemon === 'chrony' && log.updatesOf('chrony') === undefined
  return {
    clock: withoutWake(clock, blind),
    sources,
    own: [...ownSteps(log, daemon), ...seenSteps(log, daemon, series, explained.own)],
    outliers,
  }
}

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

/** Takes out of each change what the daemon did meanwhile. */
function explain(series: SampleSeries, log: HostLog, daemon: Daemon): { jumps: Jump[]; own: Correction[] } {
  const updates = log.updatesOf(daemon)
  const events = log.events.of('stepped').filter(event => event.daemon === daemon)
  const sized: readonly Correction[] =
    daemon === 'chrony' && updates && updates.corrections.sized.length > 0
      ? updates.corrections.sized
      : events
          .map(({ at, size, file, line }) => ({ at, size, by: 'step' as const, file, line }))
          .sort((a, b) => a.at - b.at)
  const markers = updates?.corrections.markers ?? []
  const nothingKnown = !updates && events.length === 0
  const starts = log.events.of('started').filter(event => event.daemon === daemon)
  const leaps = log.events.of('jumped-forward', 'jumped-backward').filter(event => event.daemon === daemon)
  const usedBy = new Map<number, Set<Correction>>()
  const jumps: Jump[] = []
  const own: Correction[] = []
  for (const change of series.changes.all) {
    const delta = change.after - change.before
    const used = usedBy.get(change.source) ?? new Set()
    usedBy.set(change.source, used)
    const [low, high] = [Math.min(change.from, change.to), Math.max(change.from, change.to)]
    const exact = daemon === 'chrony'
    const when =
      updates && exact && change.fromEra !== change.toEra
        ? meanwhileByEra(change, series.changes.eras, updates.corrections.eras)
        : meanwhileByStamp(change, exact)
    const meanwhile = between(sized, ...when.stamps).filter(each => when.perhaps(each) && !used.has(each))
    const { rest, of } = bestRest(delta, meanwhile, when)
    const printed = of.reduce((total, each) => total + Math.abs(each.size), Math.abs(change.after))
    const tolerance = change.tolerance + (daemon === 'chrony' ? ROUNDING * printed : 0)
    for (const each of of) used.add(each)
    if (Math.abs(rest) <= CLEAR * tolerance) continue
    const towardsZero = Math.abs(change.after) < 0.5 * Math.abs(change.before)
    const marked = change.fresh || markers.some(each => each.at >= low - SLACK && each.at <= high + SLACK)
    if (towardsZero && of.length === 0 && (marked || nothingKnown)) {
      const known = own.some(
        each => Math.abs(each.at - change.to) < 3600 && Math.abs(each.size + delta) < ALIKE * Math.abs(delta),
      )
      // chronyd counts what it slews as done at once: in its measurements that looks like a step.
      const by = daemon === 'chrony' ? 'unknown' : 'step'
      if (!known) own.push({ at: change.to, size: -delta, by, file: change.file, line: change.line })
      continue
    }
    const dropped = updates?.corrections.dropped.find(
      each => each.at >= low - SLACK && each.at <= high + SLACK,
    )
    const size = dropped ? rest - pendingAt(dropped, rest) : rest
    const restarted =
      change.fresh || starts.some(event => event.at >= low - SLACK && event.at <= high + SLACK)
    jumps.push({
      change,
      first: change,
      firstSize: size,
      size,
      uncertainty: Math.min(tolerance, Math.abs(size)) + (dropped ? 0.01 * Math.abs(size) : 0),
      dropped: dropped !== undefined,
      set: wasSet(change, size, leaps),
      restarted: restarted && !towardsZero,
    })
  }
  return { jumps, own }
}

/**
 * Whether the wall clock alone moved: the daemon said so, or stamps went back, which they never do when a machine stands
 * still.
 */
function wasSet({ from, to }: Change, size: Seconds, leaps: readonly LogEvent[]): boolean {
  const [low, high] = [Math.min(from, to), Math.max(from, to)]
  const leap = size > 0 ? 'jumped-backward' : 'jumped-forward'
  return (
    (size > 0 && to < from - SLACK) ||
    leaps.some(({ what, at }) => what === leap && at >= low - SLACK && at <= high + SLACK)
  )
}

/** Which corrections were made between the two measurements of a change. */
interface Meanwhile {
  readonly stamps: readonly [Seconds, Seconds]
  readonly perhaps: (each: Correction) => boolean
  readonly surely: (each: Correction) => boolean
  /** Of these it cannot be read on which side of a measurement they were. */
  readonly open: (each: Correction) => boolean
}

const inTheSecondOf =
  ({ from, to }: Change) =>
  ({ at }: Correction): boolean =>
    Math.abs(at - from) <= SLACK || Math.abs(at - to) <= SLACK

/**
 * By stamps that have gone back in between: what follows the first measurement in its era, and what precedes the second one
 * in its own. Where the corrections' log did not go back at the same moment their era is not known.
 */
function meanwhileByEra(change: Change, eras: Eras, corrections: Eras): Meanwhile {
  const { from, to, fromEra, toEra } = change
  const { ofA, ofB } = commonEras(eras, corrections)
  const [first, last] = [ofA[fromEra]!, ofA[toEra]!]
  const [until, since] = [eras.returns[fromEra]!.from, eras.returns[toEra - 1]!.to]
  const within = (slack: Seconds) => (each: Correction) => {
    const era = ofB[each.era ?? 0]!
    const before = era === first && each.at >= from - slack && each.at <= until + SLACK
    const after = era === last && each.at >= since - SLACK && each.at < to + slack
    return before || after || (era > first && era < last)
  }
  return {
    stamps: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    perhaps: within(SLACK),
    surely: first === last ? () => false : within(0),
    open: first === last ? () => true : inTheSecondOf(change),
  }
}

function meanwhileByStamp(change: Change, exact: boolean): Meanwhile {
  const { from, to } = change
  const [low, high] = [Math.min(from, to), Math.max(from, to)]
  const stamps: [Seconds, Seconds] = [low - SLACK, high + SLACK]
  const perhaps = () => true
  if (exact)
    return { stamps, perhaps, surely: ({ at }) => at >= low && at < high, open: inTheSecondOf(change) }
  // The stamps between them are there twice: before the clock went back, and after it.
  const twice = to < from - SLACK
  return { stamps, perhaps, surely: () => !twice, open: twice ? () => true : inTheSecondOf(change) }
}

/**
 * The change without the corrections in its time. Whether a correction in the very second of a measurement was made
 * before or after it cannot be read; what explains more is taken.
 */
function bestRest(
  delta: Seconds,
  meanwhile: readonly Correction[],
  { surely, open: isOpen }: Meanwhile,
): { rest: Seconds; of: Correction[] } {
  const certain = meanwhile.filter(surely)
  let best = { rest: delta + sum(certain), of: certain }
  const open = meanwhile.filter(isOpen)
  if (open.length === 0 || open.length > 4) return best
  const sure = certain.filter(each => !open.includes(each))
  for (let choice = 0; choice < 1 << open.length; choice++) {
    const of = [...sure, ...open.filter((_, i) => choice & (1 << i))]
    const rest = delta + sum(of)
    // Only a much better explanation overrules the order of the stamps.
    if (Math.abs(rest) < 0.1 * Math.abs(best.rest)) best = { rest, of }
  }
  return best
}

const sum = (all: readonly Correction[]): Seconds => all.reduce((total, { size }) => total + size, 0)

function between(sorted: readonly Correction[], from: Seconds, to: Seconds): readonly Correction[] {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]!.at < from) low = middle + 1
    else high = middle
  }
  let end = low
  while (end < sorted.length && sorted[end]!.at <= to) end++
  return sorted.slice(low, end)
}

/**
 * What chronyd still had to slew when it gave up. Its stamps were true time before, as if all had been done, and are the
 * clock's own after.
 */
function pendingAt(dropped: Dropped, rest: Seconds): Seconds {
  const elapsed = Math.max(0, dropped.at + rest - dropped.lastAt)
  const pending = dropped.left + dropped.rate * elapsed
  return Math.sign(pending) === Math.sign(dropped.left) ? pending : 0
}

/** A measurement that was off once: away, and back at the next one. */
function withoutOutliers(jumps: readonly Jump[]): { jumps: Jump[]; outliers: number } {
  const kept: Jump[] = []
  const last = new Map<number, Jump>()
  let outliers = 0
  for (const jump of jumps) {
    const before = last.get(jump.change.source)
    const back =
      before !== undefined &&
      before.change.to === jump.change.from &&
      Math.abs(before.size + jump.size) < ALIKE * Math.abs(jump.size)
    if (back) {
      kept.splice(kept.lastIndexOf(before), 1)
      last.delete(jump.change.source)
      outliers++
    } else {
      kept.push(jump)
      last.set(jump.change.source, jump)
    }
  }
  return { jumps: kept, outliers }
}

/**
 * Changes in a row, to one side. A clock whose rate is far off changes at every measurement by as much as time has passed:
 * those are no jumps. But a measurement that fell into a pause saw a part of it, and the next one the rest: that is one.
 */
function joinRuns(jumps: readonly Jump[]): Jump[] {
  const runs: Jump[][] = []
  const last = new Map<number, Jump[]>()
  for (const jump of jumps) {
    const { source, from } = jump.change
    const run = last.get(source)
    const before = run?.at(-1)
    if (run && before && before.change.to === from && Math.sign(before.size) === Math.sign(jump.size))
      run.push(jump)
    else {
      const begun = [jump]
      runs.push(begun)
      last.set(source, begun)
    }
  }
  return runs.flatMap(run => (isRamp(run) ? [] : joined(run)))
}

function isRamp(run: readonly Jump[]): boolean {
  const first = run[0]!
  if (run.length === 1) {
    // The measurement after it goes on in the same way.
    const onwards = first.change.next - first.change.after
    return Math.abs(rateOf(first)) < WORST_RATE && onwards / first.size > 0.4
  }
  const rates = run.map(rateOf)
  const alike = rates.every(rate => Math.abs(rate) < WORST_RATE && within(rate, rates[0]!, 3))
  if (!alike || run.length > 2) return alike
  const second = run[1]!
  return (
    Math.abs(second.size) > 0.4 * Math.abs(first.size) &&
    (second.change.next - second.change.after) / second.size > 0.4
  )
}

/** Neighbours that lie one usual wait apart become one. */
function joined(run: readonly Jump[]): Jump[] {
  const all: Jump[] = []
  for (const jump of run) {
    const before = all.at(-1)
    const apart = before && jump.change.to - before.change.to
    if (before && apart !== undefined && apart < ONE_WAIT * jump.change.spacing)
      all[all.length - 1] = {
        ...before,
        change: {
          ...before.change,
          to: jump.change.to,
          latest: jump.change.latest,
          after: jump.change.after,
          next: jump.change.next,
        },
        size: before.size + jump.size,
        uncertainty: before.uncertainty + jump.uncertainty,
        dropped: before.dropped || jump.dropped,
        restarted: before.restarted || jump.restarted,
      }
    else all.push(jump)
  }
  return all
}

const rateOf = ({ change, size }: Jump): number =>
  size / Math.max(1, Math.abs(change.to - change.from + size))
const within = (a: number, b: number, factor: number): boolean => a / b < factor && b / a < factor

/** Jumps of several sources that can be one. */
function groupBySources(jumps: readonly Jump[]): Jump[][] {
  const groups: Jump[][] = []
  for (const jump of jumps) {
    const group = groups.findLast(
      each =>
        each.every(({ change }) => change.source !== jump.change.source) &&
        each.every(other => overlap(other.change, jump.change) && alike(other, jump)),
    )
    if (group) group.push(jump)
    else groups.push([jump])
  }
  return groups
}

/** By their stamps, or by true time, where stamps were there twice. */
const overlap = (a: Change, b: Change): boolean =>
  meet([a.from, a.to], [b.from, b.to]) ||
  meet([a.from + a.before, a.to + a.after], [b.from + b.before, b.to + b.after])

const meet = (a: readonly Seconds[], b: readonly Seconds[]): boolean =>
  Math.min(...a) - SLACK <= Math.max(...b) && Math.min(...b) - SLACK <= Math.max(...a)

const alike = (a: Jump, b: Jump): boolean =>
  Math.abs(a.size - b.size) <
  Math.max(ALIKE * Math.abs(a.size), Math.min(a.uncertainty, b.uncertainty) + 0.01 * Math.abs(a.size))

/** How many sources were heard before and after: those who could have seen it. */
function activeSources(series: SampleSeries, change: Change): number {
  return series.census
    .sources()
    .filter(
      each =>
        each.count > 4 && each.from < change.from && each.to > change.to && !Number.isNaN(each.meanOffset),
    ).length
}

/** `byIt`: the stamps are of the clock whose offset it is. */
function disturbance(group: readonly Jump[], daemon: Daemon, byIt: boolean): Disturbance {
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
    restarted: group.some(({ restarted }) => restarted),
  }
}

/**
 * chronyd waits by the wall clock, and for the next poll so much longer when that was set back; beyond ten seconds it notices,
 * and polls anew at once.
 */
function whoMoved(group: readonly Jump[], daemon: Daemon): Moved {
  let machine = 0
  let wall = 0
  for (const { first: change, firstSize: size } of group) {
    if (Math.abs(size) < CLEARLY * change.unsteadiness) continue
    const waited = change.to - change.from
    if (daemon === 'chrony') {
      if (Math.abs(size) < NOTICED) continue
      if (isBetweenPolls(waited, change.spacing)) {
        wall++
        continue
      }
    }
    const byLocal = Math.abs(waited - change.spacing)
    const byTrue = Math.abs(waited + size - change.spacing)
    if (byLocal * CLEARLY < byTrue) machine++
    else if (byTrue * CLEARLY < byLocal) wall++
  }
  return machine > wall ? 'machine' : wall > machine ? 'wall clock' : 'not known'
}

/** Steps that only measurements show: most are found in their saw-tooth, where most sources see it, and loopstats know of it. */
function seenSteps(
  log: HostLog,
  daemon: Daemon,
  { sawTooth, census }: SampleSeries,
  explained: readonly Correction[],
): readonly Correction[] {
  const said = log.events.of('stepped').some(event => event.daemon === daemon)
  const heard = census.sources().filter(({ count }) => count > 4).length
  if (said || 2 * sawTooth.witnesses <= heard) return explained
  const updates = log.updatesOf(daemon)
  const resets = sawTooth.resets.filter(
    ({ at }) =>
      !updates || updates.corrections.markers.some(each => each.at > at - ONE_POLL && each.at <= at + SLACK),
  )
  return resets.length > explained.length ? resets : explained
}

/** Steps that the daemon says it made, each once: what its log and its statistics both say is one. */
function ownSteps(log: HostLog, daemon: Daemon): Correction[] {
  const steps: Correction[] = []
  for (const { at, size, file, line, daemon: by } of log.events.of('stepped')) {
    if (by !== daemon) continue
    const again = steps.some(
      each => Math.abs(each.at - at) < 5 && Math.abs(each.size - size) <= 0.01 * Math.abs(size),
    )
    if (!again) steps.push({ at, size, by: 'step', file, line })
  }
  return steps
}
