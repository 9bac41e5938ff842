/** What happened to a clock and was not done by its daemon, and what else came to light while that was looked for. */

import type { Rate, Seconds } from '#core/time/units.ts'
import type { Correction } from '../corrections/corrections.ts'
import type { WentBack } from '../order/returns.ts'
import type { RateStep } from '../rate/rate-steps.ts'
import type { Led } from '../sources/led.ts'
import type { Oscillation } from '../swings/oscillation.ts'
import type { Sleep } from './sleeps.ts'

export type Moved = 'machine' | 'wall clock' | 'not known'

export interface Disturbance {
  /** It happened between these, in true time as the sources tell it. For a pause: it began between these. */
  readonly from: Seconds
  readonly to: Seconds
  /** It may have been before `from`, too: the log begins later. */
  readonly open?: boolean
  /** The same by the local clock, which is what stamps in logs are. */
  readonly local: { readonly from: Seconds; readonly to: Seconds }
  /** Positive: the clock lost so much. Negative: it gained. */
  readonly size: Seconds
  readonly uncertainty: Seconds
  /** The offset before it. */
  readonly before: Seconds
  readonly moved: Moved
  /** What moved is known of others that are like it. */
  readonly likeOthers?: boolean
  readonly sources: readonly number[]
  readonly lines: readonly { readonly file: number; readonly line: number }[]
  /** The clock was set back between these two lines. */
  readonly wentBack?: WentBack
  /** The daemon was restarted in between. */
  readonly restarted: boolean
  /** From when all was well to the last word of it, where only corrections tell of it. */
  readonly lasted?: Seconds
  /** The longest time between the measurements before and after it, of those sources that saw it. */
  readonly seenIn?: Seconds
  /** How long those sources that saw it are not asked, at most; others may be asked as late. */
  readonly unasked?: Seconds
}

/** In this time a rate had led to it, if it was one. */
export const timeOf = ({ local, lasted }: Disturbance): Seconds => lasted ?? local.to - local.from

export interface Disturbances {
  readonly clock: readonly Disturbance[]
  /** Jumps that only a minority of the sources saw. */
  readonly sources: readonly Disturbance[]
  /** When the clock went with one source against the others: what that made of it is in `clock` no more. */
  readonly led: readonly Led[]
  /** When the machine slept: by what its clock was off when it went on is in none of the others. */
  readonly sleeps: readonly Sleep[]
  /** Steps that the daemon made itself, known from whatever shows them; of chronyd's corrections some may have been slewed. */
  readonly own: readonly Correction[]
  /** Measurements that were far off once. */
  readonly outliers: number
  /** Changes of the rate that look like jumps: in none of the others. */
  readonly rateSteps: readonly RateStep[]
  /** How far the clock went while nobody was followed, by the rate that had been learned before: in none of the others. */
  readonly ranFree: readonly Disturbance[]
  readonly oscillation: Oscillation | undefined
  /** The clock runs away, and ntpd sets it again and again. Positive: it loses so much, beyond what ntpd makes up for. */
  readonly runsAway: Rate | undefined
  /** The clock's own, where it is more than ntpd can correct. Positive: it loses. */
  readonly rate: Rate | undefined
}
