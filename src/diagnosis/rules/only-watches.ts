/** A daemon that measures, and may not or is not to set the clock: what moves the clock it never takes back. */
import { isAbout } from '#analysis/log/disturbances/alike.ts'
import { setRightFrom } from '#analysis/log/disturbances/set-right.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { Subject } from '../subject.ts'
import { type Regular, regularJumps } from './regular.ts'

/** What it said the last time that it started. */
export function onlyWatches({ log, keeper }: Subject): LogEvent | undefined {
  const mine = (event: LogEvent) => event.daemon === keeper.daemon
  const start = log.events.of('version').filter(mine).at(-1)
  return log.events
    .of('only-watches')
    .filter(mine)
    .findLast(({ at }) => !start || at >= start.at)
}

/**
 * Whether these took the clock to where it should be. chronyd that only watches measures against what it has corrected in its head: by the
 * rate that it holds the clock had lost as much since the last of them.
 */
export function isSetRight({ putsRight, size, every }: Regular, subject: Subject): boolean {
  if (putsRight) return true
  const held = subject.log.updatesOf(subject.keeper.daemon)?.frequencyHeld ?? 0
  return onlyWatches(subject) !== undefined && isAbout(held * every, -size)
}

/** From how far away somebody sets this clock right, again and again; undefined where nobody does. */
export function setBySomebodyFrom(subject: Subject): Seconds | undefined {
  const regular = regularJumps(subject.disturbances.clock)
  if (regular?.moved === 'wall clock' && isSetRight(regular, subject)) return Math.abs(regular.size)
  return setRightFrom(subject.disturbances.clock)
}
