/** The sudden changes of an offset without what the daemon did meanwhile: what is left is no work of its. */

import type { Seconds } from '#core/time/units.ts'
import type { Daemon, LogEvent } from '#core/trace/series.ts'
import type { Change } from './changes.ts'
import type { Correction, Dropped } from './corrections.ts'
import { SLACK } from './eras.ts'
import type { HostLog, SampleSeries } from './host-log.ts'
import { ALIKE, type Jump } from './jumps.ts'
import { bestRest, between, meanwhileByEra, meanwhileByStamp } from './meanwhile.ts'

/** Of what chrony prints with four digits. */
const ROUNDING = 5e-4
/** Beyond what could be nothing, by this much. */
const CLEAR = 1.5

/** `own`: steps that its daemon seems to have made, by its measurements. */
export function unexplained(
  series: SampleSeries,
  log: HostLog,
  daemon: Daemon,
): { jumps: Jump[]; own: Correction[] } {
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
    const meanwhile = between(sized, ...when.stamps).filter(
      each => when.perhaps(each) && !used.has(each) && !(!exact && corrects(each, change)),
    )
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

/** What undoes the offset that was measured in that very second came after it. */
const corrects = ({ at, size }: Correction, { to, after }: Change): boolean =>
  Math.abs(at - to) <= SLACK && Math.abs(size - after) < ALIKE * Math.abs(size)

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

/**
 * What chronyd still had to slew when it gave up. Its stamps were true time before, as if all had been done, and are the
 * clock's own after.
 */
function pendingAt(dropped: Dropped, rest: Seconds): Seconds {
  const elapsed = Math.max(0, dropped.at + rest - dropped.lastAt)
  const pending = dropped.left + dropped.rate * elapsed
  return Math.sign(pending) === Math.sign(dropped.left) ? pending : 0
}
