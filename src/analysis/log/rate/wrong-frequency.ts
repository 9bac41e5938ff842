/**
 * After an outage or a jump ntpd may have learned a frequency that is not its clock's, and corrects by it until it has unlearned it:
 * the clock runs away meanwhile, and from one poll to the next that looks like a jump.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Disturbance } from '../disturbances/disturbance.ts'
import type { Bucket } from '../statistics/envelope.ts'
import { levelOf } from './rate-change.ts'

/** Temperature does less. */
const LEAST: Rate = 30e-6
/** What it corrects from one update to the next is not written down. */
const MARGIN = 1.3
/** Some polls, however seldom they are. */
const START: Seconds = 3600

export interface Held {
  readonly frequencies: readonly Bucket[]
  /** The correction that the clock needs: what ntpd corrects usually, or more than it can. */
  readonly needed: Rate
}

export const heldBy = (frequencies: readonly Bucket[]): Held => ({
  frequencies,
  needed: levelOf(frequencies),
})

/**
 * Whether the clock had only gained or lost by what was corrected too much or too little, as the updates have it. `steps`: up to how
 * much ntpd set it meanwhile, which a source that is heard in the same second shows as well.
 */
export function ranByFrequency(
  { size, uncertainty, local }: Disturbance,
  { frequencies, needed }: Held,
  steps: Seconds = 0,
): boolean {
  const begun = frequencies.findLastIndex(({ from }) => from <= local.from)
  const meanwhile = frequencies.slice(Math.max(0, begun)).filter(({ from }) => from <= local.to)
  const excess = Math.max(0, ...meanwhile.map(({ min, max }) => (size < 0 ? max - needed : needed - min)))
  const ran = excess >= LEAST ? MARGIN * excess * (local.to - local.from) : 0
  return ran + steps > 0 && Math.abs(size) - uncertainty < ran + steps
}

/** chronyd learns its first frequency in a burst of some seconds, by which the clock runs until the next poll. */
export const ranAtStart = (each: Disturbance, frequencies: readonly Bucket[]): boolean =>
  frequencies.length > 0 &&
  each.local.from < frequencies[0]!.from + START &&
  ranByFrequency(each, heldBy(frequencies))
