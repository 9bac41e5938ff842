/** How much time passed between two stamps of a clock that may have leapt meanwhile, or was set by its daemon. */
import type { Correction, Dropped } from '#analysis/log/corrections/corrections.ts'
import { decidedAt, wrongAtStarts } from '#analysis/log/corrections/corrections-said.ts'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Subject } from '../subject.ts'

/** Messages are stamped with whole seconds. */
const SECOND: Seconds = 1
const SAME = 0.1

/** What a clock is ahead by after a boot is corrected within these, and what is less makes no time long. */
const AT_ONCE: Seconds = 120
const FAR: Seconds = 60

/** What the clock leapt was no time, and what its daemon set it, or counts as set, was none either. */
export function elapsedBetween(from: Seconds, to: Seconds, of: Of): Seconds {
  const { log, keeper, disturbances } = of
  const ahead = aheadAtBoot(to, of)
  if (ahead > FAR && to - ahead > from) return to - ahead - from
  const leapt = disturbances.clock
    .filter(each => isWithin(each, from, to))
    .reduce((sum, { size }) => sum + size, 0)
  const overlapping = disturbances.clock.filter(({ local }) => local.from < to && local.to > from - SECOND)
  const updates = keeper.daemon === 'chrony' ? (log.updatesOf('chrony')?.corrections.sized ?? []) : []
  const dropped = log.updatesOf(keeper.daemon)?.corrections.dropped ?? []
  const corrected = (updates.length > 0 ? updates : disturbances.own.map(whenDecided))
    // A step is told right before it or when it is done; an update of chronyd stands right before what it does to the stamps.
    .filter(({ at, by }) => at >= from - SECOND && (by === 'step' ? at <= to + SECOND : at < to))
    .filter(each => Number.isFinite(each.size) && !wasDropped(each, dropped, to))
    .reduce((sum, { size }) => sum + size, 0)
  // Where chronyd's corrections are in no log, nobody knows which of them were done by then.
  const unseen =
    keeper.daemon === 'chrony' && updates.length + disturbances.own.length === 0
      ? overlapping.reduce((sum, { size }) => sum + size, 0)
      : 0
  return to - from + leapt - corrected - Math.max(0, unseen)
}

type Of = Pick<Subject, 'log' | 'keeper' | 'disturbances'>

/** By how much a clock was ahead when it stamped that, where its daemon had just been started and had not set it right. */
function aheadAtBoot(stamp: Seconds, { log, keeper, disturbances: { clock, sources } }: Of): Seconds {
  const isNear = (at: Seconds) => Math.abs(at - stamp) < AT_ONCE
  const said = wrongAtStarts(log, keeper.daemon).find(each => [each.at, decidedAt(each)].some(isNear))
  const seen = [...clock, ...sources].find(({ restarted, local }) => restarted && isNear(local.to))
  return -(said?.size ?? seen?.size ?? 0)
}

function isWithin({ local, from: began, to: ended, size, moved }: Disturbance, from: Seconds, to: Seconds) {
  // The lines around it lie as far apart as it leapt.
  if (size < 0) return local.from < to && local.to > from
  // Where stamps went back no time between two of them seems long.
  const wentBack = moved !== 'machine' && ended - began < size - SECOND
  return !wentBack && local.from >= from - SECOND && local.to <= to + SECOND
}

/** Counted as done, and given up before it was. */
const wasDropped = ({ at, size }: Correction, all: readonly Dropped[], to: Seconds): boolean =>
  all.some(
    each =>
      each.at <= to &&
      Math.abs(each.lastAt - at - size) <= SECOND &&
      Math.abs(each.left - size) < SAME * Math.abs(size),
  )

/** What only measurements show has the stamp of the first one after it, by a clock for which it is done. */
const whenDecided = (each: Correction): Correction =>
  each.by === 'unknown' ? { ...each, at: each.at - each.size } : each
