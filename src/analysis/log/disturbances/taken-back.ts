/**
 * Where something moves the clock by one size again and again, its daemon takes that back again and again. Below its step threshold ntpd
 * goes too far, for some polls, and of its sources some show more of that than others: from one row to the next that looks like a
 * jump, the other way, or of one source.
 */
import { alikeOf } from './alike.ts'
import type { Disturbance } from './disturbance.ts'
import { WAKE_TIME } from './wake.ts'

/** Of one size. */
const MANY = 8
const NEARLY_ALL = 0.8
/** Of that size: it goes too far by less than a half. */
const MOST = 1.5

/** Those to one side, if nearly all of these are of one size; else those to the other. */
export function ofOneSize(all: readonly Disturbance[]): Disturbance[] {
  const sides = [all.filter(({ size }) => size > 0), all.filter(({ size }) => size < 0)].map(side => {
    const alike = alikeOf(side)
    return alike.length >= MANY && alike.length >= NEARLY_ALL * side.length ? alike : []
  })
  return sides.reduce((a, b) => (b.length > a.length ? b : a))
}

/** What is none of these, comes after one of them to the other side, and is what was done about it, is left out. */
export const withoutTakenBack = (all: readonly Disturbance[], alike: readonly Disturbance[]): Disturbance[] =>
  all.filter(each => !alike.some(jump => each.size * jump.size < 0 && follows(each, jump)))

/** Of what a part of the sources shows neither what is left of a jump nor what was done about it is theirs. */
export const withoutParts = (sources: readonly Disturbance[], alike: readonly Disturbance[]): Disturbance[] =>
  sources.filter(each => !alike.some(jump => follows(each, jump)))

function follows({ local, size }: Disturbance, jump: Disturbance): boolean {
  const after = local.to >= jump.local.from && local.from < jump.local.to + WAKE_TIME
  return after && Math.abs(size) < MOST * Math.abs(jump.size)
}
