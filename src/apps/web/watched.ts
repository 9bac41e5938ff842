/**
 * The seam between the agent's page and whoever is being watched. The page asks for a snapshot when it needs one,
 * looks things up in the history, and is told of each trace record as it is written. It can change nothing.
 */
import type { Status } from '#core/agent/status.ts'
import type { KernelClock, Loss, MachineFacts } from '#core/guest/facts.ts'
import type { Reading } from '#core/time/instant.ts'
import type { History } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'

export interface Watched {
  /** Now. Cheap: called once a second while a page is open, and on each request. */
  snapshot(): Snapshot
  readonly history: History
  /** Live records from here on; the answer ends the subscription. */
  subscribe(listener: (record: TraceRecord) => void): () => void
}

export interface Snapshot {
  readonly version: string
  readonly startedAt: Reading
  readonly machine: MachineFacts
  readonly kernelClock: KernelClock | undefined
  /** What cannot be done on this machine, said to the person. */
  readonly losses: readonly Loss[]
  /** A sentence: where the list of sources comes from. */
  readonly sourcesFrom: string
  readonly mode: 'watching'
  /** Of this machine's clock. */
  readonly clock: Status
}
