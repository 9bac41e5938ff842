/**
 * What ntpd learns from a jump that it may only slew. Its loop takes an offset that stays for a sign of a wrong rate: while it takes the
 * jump away it changes its frequency, too, and when the clock is right that has to be unlearned. Meanwhile the clock runs on, through zero
 * and to the other side, for hours.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Bucket } from '../statistics/envelope.ts'

/** Temperature changes a rate by less in these hours. */
const LEAST: Rate = 20e-6
/** Of what was learned: the clock itself had not changed. */
const UNLEARNED = 0.5
/** What networks and temperature leave. */
export const OFF: Seconds = 0.02
const LONG: Seconds = 1800
/** What was learned is unlearned by then, and what comes later has another reason. */
const UNTIL: Seconds = 86_400

interface Jump {
  readonly at: Seconds
  /** Positive: the clock lost so much. */
  readonly size: Seconds
}

export interface LearnedOnTheWay extends Jump {
  readonly before: Rate
  readonly learned: Rate
  /** On the other side, how far at most, and until when. */
  readonly most: Seconds
  readonly from: Seconds
  readonly to: Seconds
}

/** `frequencies` and `offsets` of loopstats. */
export function learnedOnTheWay(
  jumps: readonly Jump[],
  frequencies: readonly Bucket[],
  offsets: readonly Bucket[],
): LearnedOnTheWay[] {
  return jumps.flatMap(jump => {
    const { at, size } = jump
    const until = Math.min(at + UNTIL, ...jumps.filter(other => other.at > at).map(other => other.at))
    const side = Math.sign(size)
    const before = frequencies.findLast(({ to }) => to <= at)?.last
    const beyond = beyondZero(
      offsets.filter(({ from, to }) => from >= at && to <= until),
      side,
    )
    if (before === undefined || !beyond || beyond.to - beyond.from < LONG) return []
    const rates = frequencies.filter(({ from }) => from >= at && from <= until)
    const most = Math.max(...rates.map(({ min, max }) => side * (side > 0 ? max : min)))
    const learned = side * most - before
    const left = rates.at(-1)!.last - before
    const unlearned = Math.abs(left) < UNLEARNED * Math.abs(learned)
    if (learned * side < LEAST || !unlearned) return []
    return [{ ...jump, before, learned: before + learned, ...beyond }]
  })
}

/** The first time that the clock is on the other side, as long as it is off there. */
function beyondZero(
  offsets: readonly Bucket[],
  side: number,
): Pick<LearnedOnTheWay, 'most' | 'from' | 'to'> | undefined {
  const first = offsets.findIndex(({ last }) => -side * last >= OFF)
  const back = offsets.findIndex(({ last }, i) => i > first && side * last >= 0)
  const those = offsets
    .slice(first, back < 0 ? undefined : back)
    .filter(({ last }) => first >= 0 && -side * last >= OFF)
  if (those.length === 0) return undefined
  const most = Math.max(...those.map(({ min, max }) => -side * (side > 0 ? min : max)))
  return { most: -side * most, from: those[0]!.from, to: those.at(-1)!.to }
}
