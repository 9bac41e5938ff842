/**
 * What may be done to a clock. A clock is slewed; a step needs a licence: there is one at the start, one for each proven
 * disruption, also when a clock has run away from its sources, one for a leap second, and one that somebody gives.
 */
import type { Manner } from '#core/discipline/steering.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

/** `step`: at once. `slew`: without a jump. `ask`: when somebody allows it. `nothing`: never. */
export const AFTER_DISRUPTION = ['step', 'slew', 'ask', 'nothing'] as const

export interface Policy {
  readonly afterDisruption: (typeof AFTER_DISRUPTION)[number]
  /** The largest step at the start. */
  readonly startLimit: Seconds
  /** The clock gains or loses no more than this on its line while it is slewed. */
  readonly maxSlew: Rate
  /** A leap second: in one step, or without a jump (which takes 33 minutes at 500 ppm). */
  readonly leap: 'step' | 'slew'
  /** A correction that is larger than that, and not explained by a local sign, is not believed: it stops the steering until somebody allows it. */
  readonly panic: Seconds
}

export const POLICY_DEFAULTS: Policy = {
  afterDisruption: 'step',
  startLimit: Number.MAX_VALUE,
  maxSlew: 5e-4,
  leap: 'step',
  panic: 86_400,
}

/** For a clock that is made of arithmetic: whoever only watches may be wrong by any amount. */
export const NO_LIMITS: Policy = {
  afterDisruption: 'step',
  startLimit: Number.MAX_VALUE,
  maxSlew: 0.1,
  leap: 'step',
  panic: Number.MAX_VALUE,
}

/** What allows a step: it was granted for this reason, and so many samples have confirmed what it is for. */
export interface Licence {
  readonly cause: 'start' | 'disruption' | 'permission' | 'leap'
  /** How large a correction what happened explains by itself, as far as a local sign shows it. */
  readonly explained: Seconds
  samples: number
}

export type Decision =
  | Manner
  /** Not yet: more samples are on their way. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'hold'; readonly why: HoldReason }

export const HOLD_REASONS = {
  panic: 'the correction is larger than the panic limit',
  'start-limit': 'the correction at the start is larger than the limit for it',
  ask: 'after a disruption the configuration asks somebody before the clock is corrected',
  nothing: 'after a disruption the configuration leaves the clock alone',
  contested: 'somebody else keeps setting the clock',
  processors: 'the processors of this machine do not agree on the time',
} as const

export type HoldReason = keyof typeof HOLD_REASONS

/** A gap that can be slewed away in this time is not worth a step. */
const PATIENCE: Seconds = 4
/** So many samples must have confirmed a correction before it is done in one step. */
const WITNESSES = 2

/** How a clock that is `gap` behind its line is to be put right. */
export function decide(gap: Seconds, licence: Licence | undefined, policy: Policy): Decision {
  const size = Math.abs(gap)
  const slew: Manner = { kind: 'slew', atMost: policy.maxSlew }
  if (size <= policy.maxSlew * PATIENCE) return slew
  if (licence?.cause === 'permission') return { kind: 'step', why: licence.cause }
  if (licence?.cause === 'leap') return policy.leap === 'step' ? { kind: 'step', why: licence.cause } : slew
  if (size > policy.panic + (licence?.explained ?? 0)) return { kind: 'hold', why: 'panic' }
  if (!licence) return slew
  if (licence.samples < WITNESSES) return { kind: 'wait' }
  if (licence.cause === 'start')
    return size > policy.startLimit
      ? { kind: 'hold', why: 'start-limit' }
      : { kind: 'step', why: licence.cause }
  switch (policy.afterDisruption) {
    case 'step':
      return { kind: 'step', why: licence.cause }
    case 'slew':
      return slew
    default:
      return { kind: 'hold', why: policy.afterDisruption }
  }
}
