/**
 * Whether the machine as a whole stood still or leapt, or only its wall clock was set, by the pace of the polls: a daemon waits
 * by the machine's own counter. If polls came at their usual spacing by the local clock it was the machine; if they came at it
 * by true time, the clock was set.
 */

import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { isBetweenPolls, NOTICED } from '../corrections/noticed.ts'
import type { Change } from './changes.ts'
import type { Disturbance, Moved } from './disturbance.ts'
import type { Jump } from './jumps.ts'

/** How much nearer to the usual spacing one pace must be than the other. */
const CLEARLY = 3
const MANY = 8
const SAME = 0.05
const MOSTLY = 0.7
/** So many that tell, or more, for each source that saw it. */
const FEW = 3
/** Of others the polls are too far apart, or too uneven. */
const SOME = 0.2
/** What is told of fewer of many is chance. */
const HARDLY_ANY = 0.1
/** What is run by a timetable is run at whole ones of these, or a little later: so much of it. */
const TIMETABLES: readonly Seconds[] = [60, 30, 15, 10]
const LATE = 0.05
const WHOLE = 0.01

/**
 * chronyd waits by the wall clock, and for the next poll so much longer when that was set back; beyond ten seconds it notices,
 * and polls anew at once.
 */
export function whoMoved(group: readonly Jump[], daemon: Daemon): Moved {
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
    if (byLocal * CLEARLY < byTrue) machine += daemon === 'other' && isByTimetable(change) ? 0 : 1
    else if (byTrue * CLEARLY < byLocal) wall++
  }
  // Of many polls one keeps any pace by chance.
  if (FEW * (machine + wall) < group.length) return 'not known'
  return machine > wall ? 'machine' : wall > machine ? 'wall clock' : 'not known'
}

/** Of cron, which keeps to the wall clock whatever was done to it, or by the stamps of another machine: no pace tells who moved. */
function isByTimetable({ from, to, spacing }: Change): boolean {
  const whole = TIMETABLES.find(each => {
    const times = spacing / each
    return times > 1 - WHOLE && Math.abs(times - Math.round(times)) < WHOLE
  })
  return whole !== undefined && [from, to].every(at => at % whole < LATE * whole)
}

/**
 * Jumps of one size, again and again, are of one cause: where the pace of the polls tells it of some, and the other of none. Where it
 * tells of hardly any that the clock was set, it does of none.
 */
export function movedAlike(all: readonly Disturbance[]): Disturbance[] {
  const back = all.filter(({ size, restarted }) => size > 0 && !restarted)
  const usual = upperMedian(back.map(({ size }) => size))
  const alike = back.filter(({ size }) => Math.abs(size - usual) < SAME * usual)
  const told = alike.filter(({ moved }) => moved !== 'not known')
  const many = alike.length >= MANY && alike.length >= MOSTLY * back.length
  if (many && told.length < HARDLY_ANY * alike.length)
    return all.map(each =>
      alike.includes(each) && each.moved === 'wall clock' ? { ...each, moved: 'not known' as const } : each,
    )
  if (!many || told.length < SOME * alike.length || told.some(({ moved }) => moved === 'machine'))
    return [...all]
  return all.map(each =>
    alike.includes(each) && each.moved === 'not known'
      ? { ...each, moved: 'wall clock' as const, likeOthers: true }
      : each,
  )
}
