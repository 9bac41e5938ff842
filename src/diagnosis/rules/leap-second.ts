/** Whether something by a second at the end of a month may have been a leap second. */
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import type { Spell } from '#analysis/log/sources/spells.ts'
import { civil, dayOf, endOfMonth } from '#core/time/civil.ts'
import { type Instant, plus, since } from '#core/time/instant.ts'
import { wasLeapSecondAt } from '#core/time/leap-seconds.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Subject } from '../subject.ts'

const LEAP: Seconds = 1
const NEARLY: Seconds = 0.03
/** As chronyd’s estimates tell it. */
const ROUGHLY: Seconds = 0.2
/** The last second of a month is the leap; a server that was not told of it hears so at one of its next polls. */
const EARLY: Seconds = 60
const LATE: Seconds = 3600

/** They come at the end of June and of December, and of most years it is known whether one did. */
function mayEndALeapSecond(end: Instant, log: Subject['log']): boolean {
  const { month } = civil(dayOf(end))
  if (month !== 1 && month !== 7) return false
  return wasLeapSecondAt(end) !== false || log.events.of('leap-second').length > 0
}

export function mayBeLeap(
  { size, uncertainty, from, to }: Disturbance,
  { instantOf, log }: Pick<Subject, 'instantOf' | 'log'>,
): boolean {
  const end = endOfMonth(plus(instantOf(from), -LATE))
  if (!mayEndALeapSecond(end, log)) return false
  const near = Math.max(NEARLY, Math.min(uncertainty, ROUGHLY))
  return Math.abs(Math.abs(size) - LEAP) < near && since(end, instantOf(to)) < EARLY
}

/**
 * Whether sources that were apart by no more than a second for that time may have been so because of a leap second, which some of them
 * smear or do not make.
 */
export function areAroundLeap(
  { from, to, apart }: { readonly from: Seconds; readonly to: Seconds; readonly apart: Seconds },
  { instantOf, log }: Pick<Subject, 'instantOf' | 'log'>,
): boolean {
  const end = endOfMonth(plus(instantOf(from), -LONGEST))
  return (
    apart < LEAP + NEARLY &&
    mayEndALeapSecond(end, log) &&
    since(end, instantOf(to)) < AROUND &&
    to - from < 2 * LONGEST
  )
}

/** A second that was put in, and not by this machine: it is ahead of all its sources since. None was ever left out. */
export const isLeapOfAll = (each: Disturbance, subject: Pick<Subject, 'instantOf' | 'log'>): boolean =>
  each.size < 0 && !each.restarted && each.sources.length !== 1 && mayBeLeap(each, subject)

/** A smear takes a day at most, and the slowest part of it is so fast. */
const LONGEST: Seconds = 26 * 3600
const SLOWEST: Rate = 0.4 / 86_400
const LEAST_SMEARED: Seconds = 0.1
const AROUND: Seconds = 2400
/** At the leap a smear is all of it or a half away; levels are of some measurements. */
const AWAY: readonly Seconds[] = [LEAP / 2, LEAP]
const NEAR_LEAP: Seconds = 0.15

/**
 * Whether a source contradicted the others as one does that smears a leap second among those that make it, or does not make one that
 * they do: more and more up to that moment, less and less from it on, or by a second for good. Who is off by as much all the time,
 * or runs away, is wrong, whatever the day.
 */
export function isAroundLeap(spell: Spell, { instantOf, log }: Pick<Subject, 'instantOf' | 'log'>): boolean {
  const { from, to, first, last, size, open } = spell
  const end = endOfMonth(plus(instantOf(from), -AROUND))
  if (Math.abs(size) < LEAST_SMEARED || !mayEndALeapSecond(end, log)) return false
  const [before, after] = [since(end, instantOf(from)), since(instantOf(to), end)]
  const growth = (Math.abs(last) - Math.abs(first)) / (to - from)
  if (before > AROUND) return before < LONGEST && Math.abs(after) < AROUND && growth > SLOWEST && isAway(last)
  const staysOff = isByLeap(first) && isByLeap(last)
  return isAway(first) && ((after < LONGEST && growth < -SLOWEST) || (staysOff && (open || after < LONGEST)))
}

const isAway = (size: Seconds): boolean => AWAY.some(away => Math.abs(Math.abs(size) - away) < NEAR_LEAP)
const isByLeap = (size: Seconds): boolean => Math.abs(Math.abs(size) - LEAP) < NEARLY
