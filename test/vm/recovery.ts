/**
 * What became of a guest's clock after something was done to it, read off the looks at it. Only exchanges short enough
 * to tell are judged, so a loaded machine makes fewer of them, not wrong ones.
 */
import { type Instant, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { answered, LONGEST_EXCHANGE, type Look, type Measurement } from './clocks.ts'

export interface Recovery {
  /** The offset with which the guest came back. */
  readonly disturbed: Seconds | undefined
  /** When somebody began to do something about it: the clock left the path on which it was running. */
  readonly moved: Seconds | undefined
  /** From when on the offset stayed below it until the watch ended. */
  readonly within10ms: Seconds | undefined
  readonly within1ms: Seconds | undefined
  /** How far the clock went past the truth to the other side. */
  readonly overshoot: Seconds | undefined
  readonly last: Measurement | undefined
  /** How long was watched, and how many looks could be judged. */
  readonly watched: Seconds
  readonly judged: number
}

/** More than an oscillator drifts in a minute at 80 ppm; any daemon that corrects is past it in seconds. */
const MOVED: Seconds = 5e-3

export const canBeJudged = (look: Look): look is Measurement =>
  answered(look) && 2 * look.errorBound < LONGEST_EXCHANGE

export function recovery(looks: readonly Look[], from: Instant): Recovery {
  const after = looks.filter(look => look.at >= from)
  const good = after.filter(canBeJudged)
  const [first, last] = [good[0], good.at(-1)]
  const within = (limit: Seconds): Seconds | undefined => {
    const lastOutside = good.findLastIndex(({ offset }) => Math.abs(offset) >= limit)
    const inside = good[lastOutside + 1]
    return inside && since(inside.at, from)
  }
  const moved = good.find(({ offset }) => Math.abs(offset - first!.offset) > MOVED)
  return {
    disturbed: first?.offset,
    moved: moved && since(moved.at, from),
    within10ms: within(10e-3),
    within1ms: within(1e-3),
    overshoot: first && Math.max(0, ...good.map(({ offset }) => -Math.sign(first.offset) * offset)),
    last,
    watched: after.length === 0 ? 0 : since(after.at(-1)!.at, from),
    judged: good.length,
  }
}

/** Has it been under a millisecond for so long already? Then there is no more to see. */
export function isCalm(looks: readonly Look[], from: Instant, calm: Seconds): boolean {
  const { within1ms, watched, judged } = recovery(looks, from)
  return within1ms !== undefined && judged > 20 && watched - within1ms > calm
}
