/** Whether something by a second at the end of a month may have been a leap second. */
import type { Disturbance } from '#analysis/log/disturbance.ts'
import { endOfMonth } from '#core/time/civil.ts'
import { plus, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Subject } from '../subject.ts'

const LEAP: Seconds = 1
const NEARLY: Seconds = 0.03
/** As chronyd’s estimates tell it. */
const ROUGHLY: Seconds = 0.2
/** The last second of a month is the leap; a server that was not told of it hears so at one of its next polls. */
const EARLY: Seconds = 60
const LATE: Seconds = 3600

export function mayBeLeap(
  { size, uncertainty, from, to }: Disturbance,
  { instantOf }: Pick<Subject, 'instantOf'>,
): boolean {
  const end = endOfMonth(plus(instantOf(from), -LATE))
  const near = Math.max(NEARLY, Math.min(uncertainty, ROUGHLY))
  return Math.abs(Math.abs(size) - LEAP) < near && since(end, instantOf(to)) < EARLY
}

/** A second that was put in, and not by this machine: it is ahead of all its sources since. None was ever left out. */
export const isLeapOfAll = (each: Disturbance, subject: Pick<Subject, 'instantOf'>): boolean =>
  each.size < 0 && !each.restarted && each.sources.length !== 1 && mayBeLeap(each, subject)
