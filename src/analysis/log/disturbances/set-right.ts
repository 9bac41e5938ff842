/**
 * A clock that runs away and is set right again and again, as a table of its offsets shows it. Who wrote that table only measures: what took
 * the clock back to zero was no work of its. Where a jump had led it away before, that step is what somebody did about the jump, and is
 * told with it; where the clock had only drifted, the steps are all that happened to it.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Correction } from '../corrections/corrections.ts'
import type { Disturbance } from './disturbance.ts'
import type { Jump } from './jumps.ts'

/** One or two may have been a daemon at its start, or a person who looked. */
const FEWEST = 3
/** A clock that drifts is set to one side. */
const NEARLY_ALL = 0.9
/** Of what is set right: what jumps had made of it. */
const MOSTLY = 0.5

/** Whether it took the clock to where it should be, nearly, and from further away. */
export const putsRight = ({ size, before }: Pick<Disturbance, 'size' | 'before'>): boolean =>
  Math.abs(before + size) < (1 - MOSTLY) * Math.abs(size)

/** From how far away somebody sets the clock right, again and again; undefined where nobody does. */
export function setRightFrom(all: readonly Disturbance[]): Seconds | undefined {
  const sets = all.filter(each => putsRight(each) && !each.restarted)
  return sets.length < FEWEST ? undefined : Math.max(...sets.map(({ before }) => Math.abs(before)))
}

export interface SetRight {
  readonly jump: Jump
  /** As whom else it would be told. */
  readonly step: Correction
}

/** Those of drift; none where they are few, or go both ways. */
export function setsOfDrift(all: readonly SetRight[], jumps: readonly Jump[]): SetRight[] {
  const drifted = all.filter(each => !isOfJumps(each, all, jumps))
  const forward = drifted.filter(({ step }) => step.size > 0)
  const back = drifted.filter(({ step }) => step.size < 0)
  const more = forward.length >= back.length ? forward : back
  return more.length >= FEWEST && more.length >= NEARLY_ALL * all.length ? more : []
}

/** Since it was set the last time, jumps led it away. */
function isOfJumps(
  { jump: { change } }: SetRight,
  all: readonly SetRight[],
  jumps: readonly Jump[],
): boolean {
  const mine = (other: Jump) => other.change.source === change.source && other.change.to <= change.from
  const last = Math.max(
    Number.NEGATIVE_INFINITY,
    ...all.filter(({ jump }) => mine(jump)).map(({ jump }) => jump.change.to),
  )
  const jumped = jumps
    .filter(other => mine(other) && other.change.to > last)
    .reduce<Seconds>((sum, { size }) => sum + size, 0)
  return jumped / change.before > MOSTLY
}
