/** A kept trace: what can be asked of it. The store behind it is an app's business (SQLite on a host). */
import type { Instant } from '#core/time/instant.ts'
import type { TraceRecord } from './record.ts'

export interface History {
  /** Durable when it returns: a record that was appended survives the death of the process. */
  append(records: readonly TraceRecord[]): void
  /** Records whose wall clock lies in the window, in order of arrival. */
  records(
    window: Window & { readonly kinds?: readonly TraceRecord['kind'][]; readonly limit?: number },
  ): TraceRecord[]
  /** One numeric column per bucket with minimum, maximum and last value, for plots; never more than `buckets` of them. */
  series(
    window: Window & { readonly of: SeriesName; readonly source?: string; readonly buckets: number },
  ): Bucket[]
  /** The oldest and newest wall clock readings that are kept. */
  extent(): Window | undefined
  close(): void
}

export interface Window {
  readonly from: Instant
  readonly to: Instant
}

export type SeriesName =
  | 'estimate.offset'
  | 'estimate.errorBound'
  | 'estimate.frequencyError'
  | 'estimate.frequencyErrorBound'
  | 'sample.offset'
  | 'sample.delay'
  | 'sample.rootDistance'
  | 'sample.poll'

export interface Bucket {
  /** The wall clock reading of the bucket's first record; where only sums are kept, not later than that. */
  readonly first: Instant
  /** The wall clock reading of the bucket's last record. */
  readonly at: Instant
  readonly min: number
  readonly max: number
  readonly last: number
  readonly count: number
}
