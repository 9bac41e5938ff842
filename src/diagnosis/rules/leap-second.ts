/** Whether something by a second at the end of a month may have been a leap second. */
import type { Disturbance } from '#analysis/log/disturbance.ts'
import type { Spell } from '#analysis/log/spells.ts'
import { civil, dayOf, endOfMonth } from '#core/time/civil.ts'
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

/** A smear takes a day at most, and before and after the leap it is half of it on the average. */
const LONGEST: Seconds = 26 * 3600
const LEAST_SMEARED: Seconds = 0.1
const MOST_SMEARED: Seconds = 1.05
const AROUND: Seconds = 2400

/**
 * Whether a source contradicted the others as one does that smears a leap second among those that make it, or does not make one that
 * they do: up to that moment, from it on, or over it. Leap seconds come at the end of June and of December.
 */
export function isAroundLeap(
  { from, to, size, open }: Spell,
  { instantOf }: Pick<Subject, 'instantOf'>,
): boolean {
  const end = endOfMonth(plus(instantOf(from), -AROUND))
  const { month } = civil(dayOf(end))
  const [before, after] = [since(end, instantOf(from)), since(instantOf(to), end)]
  return (
    (month === 1 || month === 7) &&
    before < LONGEST &&
    after > -AROUND &&
    (after < LONGEST || open) &&
    Math.abs(size) > LEAST_SMEARED &&
    Math.abs(size) < MOST_SMEARED
  )
}
