/**
 * What the agent believes at a given reading. Nothing here is ever a default: what is not known is undefined.
 * Offsets are of the clock whose reading was asked about, positive when it is behind.
 */

import type { HoldReason } from '#core/guest/policy.ts'
import type { PacketRefusal } from '#core/ntp/refusal.ts'
import type { Instant, Reading } from '#core/time/instant.ts'
import type { Leap } from '#core/time/leap.ts'
import type { PollLog2, Rate, Seconds } from '#core/time/units.ts'
import type { SourceReason, SourceState } from './reason.ts'

export interface Status {
  readonly now: Reading
  readonly state: ClockState
  /** True time minus the clock; undefined before the first accepted sample. */
  readonly offset: Seconds | undefined
  /** True time lies within `offset ± errorBound`. */
  readonly errorBound: Seconds | undefined
  /** What the unsteered counter does alone: positive when it gains. */
  readonly frequencyError: Rate | undefined
  readonly frequencyErrorBound: Rate | undefined
  readonly jitter: Seconds | undefined
  readonly rootDelay: Seconds | undefined
  readonly rootDispersion: Seconds | undefined
  /** 1 + the stratum of the source we would follow; undefined while there is none. */
  readonly stratum: number | undefined
  readonly refid: string | undefined
  readonly leap: Leap
  /** When the estimate was last renewed by a measurement. */
  readonly measuredAt: Reading | undefined
  /** Why the clock is not being corrected; undefined when nothing stands in the way. */
  readonly holding: HoldReason | undefined
  readonly sources: readonly SourceStatus[]
}

/**
 * `locked`: sources agree and are fresh. `holdover`: they did, and the clock coasts. `disrupted`: what was known has been
 * overturned, and what holds instead is being found out. `freerun`: nothing is known.
 */
export type ClockState = 'starting' | 'locked' | 'holdover' | 'disrupted' | 'freerun'

export interface SourceStatus {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly state: SourceState
  readonly reason: SourceReason
  readonly stratum: number | undefined
  readonly refid: string | undefined
  readonly leap: Leap | undefined
  readonly version: number | undefined
  /** Of the clock that was asked about, now: measured when `measuredAt` says, carried forward at the estimated rate. */
  readonly offset: Seconds | undefined
  readonly delay: Seconds | undefined
  /** Of the best of the last eight samples, with its age: not RFC 5905's sum over them, in which an empty stage is 16 s. */
  readonly dispersion: Seconds | undefined
  readonly jitter: Seconds | undefined
  readonly rootDelay: Seconds | undefined
  readonly rootDispersion: Seconds | undefined
  /** If the source is honest, true time lies within `offset ± rootDistance`: half of all round trips, dispersions, age. */
  readonly rootDistance: Seconds | undefined
  /** The last eight polls, newest in bit 0 (RFC 5905 "reach"). */
  readonly reach: number
  readonly poll: PollLog2
  readonly measuredAt: Reading | undefined
  readonly nextPollIn: Seconds | undefined
  readonly referenceTime: Instant | undefined
  /** Which clock stamped the last accepted exchange: the better of the two for both of its ends. */
  readonly stampedBy: 'kernel' | 'user' | undefined
  readonly sent: number
  readonly received: number
  readonly accepted: number
  /** How many replies each packet test turned away. */
  readonly refusals: Readonly<Partial<Record<PacketRefusal, number>>>
  readonly lastRefusal: PacketRefusal | undefined
}
