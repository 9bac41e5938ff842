/**
 * Finds what happened to the clock and was not done by its daemon: pauses, steps by others, counters that jump.
 *
 * Each sudden change of an offset is what happened minus what the daemon corrected meanwhile, which is taken out. A change
 * that most sources see at one time is the clock's, one that a single source of several sees is its own.
 */

import type { Rate, Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { disturbancesBrokenBy } from './broken.ts'
import type { Change } from './changes.ts'
import type { Disturbance, Disturbances } from './disturbance.ts'
import type { HostLog, SampleSeries } from './host-log.ts'
import { ALIKE, groupBySources, type Jump, joinRuns, withoutOutliers } from './jumps.ts'
import { oscillationOf, withoutItsOwn } from './oscillation.ts'
import { ownSteps, seenSteps } from './own-steps.ts'
import { ranAway } from './rate-change.ts'
import { disturbancesToldBy } from './told.ts'
import { unexplained } from './unexplained.ts'
import { withoutWake } from './wake.ts'
import { whoMoved } from './who-moved.ts'

/** chrony writes the second in which something was. */
const RESOLUTION: Readonly<Partial<Record<Daemon, Seconds>>> = { chrony: 1 }
/** linuxptp stamps by CLOCK_MONOTONIC, or steers the clock of a card and is stamped by that of the system. */
const SERVO = 'linuxptp'
/** With fewer moments in common two sources are not held against each other. */
const LEAST_ROWS = 8

export function findDisturbances(log: HostLog, daemon: Daemon): Disturbances {
  const found = findJumps(log, daemon)
  const oscillation = oscillationOf(log, daemon, found.clock)
  const runsAway = rateOfSawTooth(log, daemon)
  const steps = Math.max(0, ...found.own.map(({ size }) => Math.abs(size)))
  const rateChange = log.updatesOf(daemon)?.rateChange
  const jumped = (all: readonly Disturbance[]) =>
    rateChange ? all.filter(each => !ranAway(each, rateChange)) : all
  const clock = jumped(oscillation ? withoutItsOwn(found.clock, oscillation) : found.clock)
  return {
    ...found,
    sources: jumped(found.sources),
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
  const left = unexplained(series, log, daemon)
  const { jumps, outliers } = withoutOutliers(left.jumps)
  const groups = groupBySources(joinRuns(jumps))
  const clock: Disturbance[] = []
  const sources: Disturbance[] = []
  for (const group of groups) {
    const witnesses = new Set(group.map(({ change }) => change.source))
    const others = activeSources(series, group[0]!.change)
    const clocks = 2 * witnesses.size > others.length && !oneStayed(series, group, others)
    ;(clocks ? clock : sources).push(disturbance(group, daemon, series.format !== SERVO))
  }
  const blind = daemon === 'chrony' && log.updatesOf('chrony') === undefined
  return {
    clock: withoutWake(clock, blind),
    sources,
    own: [...ownSteps(log, daemon), ...seenSteps(log, daemon, series, left.own)],
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

/** How many sources were heard before and after: those who could have seen it. */
function activeSources(series: SampleSeries, change: Change): number[] {
  return series.census
    .sources()
    .filter(
      each =>
        each.count > 4 && each.from < change.from && each.to > change.to && !Number.isNaN(each.meanOffset),
    )
    .map(({ source }) => source)
}

/** Whether a source is as far from those that jumped, ever since, as they jumped: had the clock moved, it had moved against all. */
function oneStayed({ census }: SampleSeries, group: readonly Jump[], others: readonly number[]): boolean {
  const [{ change, size }] = group as [Jump]
  const witnesses = group.map(each => each.change.source)
  return others.some(other => {
    const apart = witnesses.includes(other) ? undefined : census.apartAround(change.source, other, change)
    if (!apart || Math.min(apart.before.count, apart.after.count) < LEAST_ROWS) return false
    return Math.abs(apart.after.median - apart.before.median - size) < ALIKE * Math.abs(size)
  })
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
