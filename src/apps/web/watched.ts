/**
 * The seam between the agent's page and whoever is being watched. The page asks for a snapshot when it needs one,
 * looks things up in the history, and is told of each trace record as it is written. All that it can hand on is what
 * somebody with the secret says of the host.
 */
import type { HostEvent } from '#core/guest/host-event.ts'
import type { History } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { Snapshot } from '#report/snapshot.ts'

export interface Watched {
  /** Now. Cheap: called once a second while a page is open, and on each request. */
  snapshot(): Snapshot
  readonly history: History
  /** Live records from here on; the answer ends the subscription. */
  subscribe(listener: (record: TraceRecord) => void): () => void
  /** Absent where nobody may tell of the host. */
  readonly hostEvents?: HostEvents | undefined
}

export interface HostEvents {
  readonly secret: string
  tell(event: HostEvent): void
}
