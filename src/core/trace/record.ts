/**
 * The trace: what happened, in one vocabulary, whoever wrote it. Our agent writes these records; a lab run
 * writes them; the logs of other daemons are read into them. Everything that plots or explains reads only these.
 *
 * Offsets are of the clock that the record is about, positive when that clock is behind. Order is the order of
 * arrival: `at.wall` may run backwards (that is data), `at.monotonic` does not within one `started` … `started`.
 */
import type { Reading } from '#core/time/instant.ts'
import type { Leap } from '#core/time/leap.ts'
import type { PollLog2, Rate, Seconds } from '#core/time/units.ts'

export type TraceRecord =
  | StartedRecord
  | SampleRecord
  | EstimateRecord
  | StepRecord
  | DisruptionRecord
  | RecoveredRecord
  | SourceRecord
  | NoticeRecord

/** Somebody began to write this trace: the monotonic counter of later records belongs to this boot. */
export interface StartedRecord {
  readonly kind: 'started'
  readonly at: Reading
  readonly version: string
  readonly boot: string
}

/** One accepted exchange with a source. */
export interface SampleRecord {
  readonly kind: 'sample'
  readonly at: Reading
  readonly source: string
  readonly address: string
  readonly offset: Seconds
  readonly delay: Seconds
  readonly dispersion: Seconds
  readonly rootDistance: Seconds
  readonly stratum: number
  readonly leap: Leap
  readonly poll: PollLog2
}

/** What is believed of the clock after a change: the combined estimate. */
export interface EstimateRecord {
  readonly kind: 'estimate'
  readonly at: Reading
  readonly offset: Seconds
  /** True time lies within `offset ± errorBound` of the clock. */
  readonly errorBound: Seconds
  /** What the unsteered counter does alone: positive when it gains. */
  readonly frequencyError: Rate | undefined
  readonly frequencyErrorBound: Rate | undefined
  readonly jitter: Seconds
  readonly source: string | undefined
  readonly survivors: number
}

/** The wall clock jumped against the monotonic one. */
export interface StepRecord {
  readonly kind: 'step'
  readonly at: Reading
  /** Positive: the clock was set forward. */
  readonly size: Seconds
  readonly uncertainty: Seconds
  readonly by: 'us' | 'somebody-else'
}

/** What a hypervisor (or a suspend) did to this machine. */
export interface DisruptionRecord {
  readonly kind: 'disruption'
  readonly at: Reading
  readonly what: 'paused' | 'counter-changed' | 'restored' | 'sources-jumped'
  /** Who noticed: `rtc`, `vmclock`, `boottime`, … or the agreeing sources themselves; several with `, ` between. */
  readonly witness: string
  /** How much true time ran on without this machine, when the witness can tell. */
  readonly lost: Seconds | undefined
  readonly uncertainty: Seconds | undefined
  /** It happened within so long before `at`, by this machine's counter. */
  readonly within?: Seconds | undefined
  /** More is known of an event that was told before; so much of `lost` was told then. */
  readonly amends?: Seconds | undefined
}

/** Fresh samples have settled what a disruption did. */
export interface RecoveredRecord {
  readonly kind: 'recovered'
  readonly at: Reading
  /** Since it was noticed. */
  readonly after: Seconds
  readonly witness: string
  /** How much true time had run on, as the sources say. */
  readonly lost: Seconds | undefined
  readonly uncertainty: Seconds | undefined
}

/** A source changed its state; `reason` is one of the named reasons of `core/agent/reason.ts`. */
export interface SourceRecord {
  readonly kind: 'source'
  readonly at: Reading
  readonly source: string
  readonly address: string
  readonly state: string
  readonly reason: string
}

/** Anything else that a person should be able to read later; `name` is stable, `text` is a sentence. */
export interface NoticeRecord {
  readonly kind: 'notice'
  readonly at: Reading
  readonly name: string
  readonly text: string
}
