/** Everything that is known of this machine's clock at one moment: what the page, the terminal and programs are told. */
import type { ServerCounts } from '#core/agent/server.ts'
import type { Status } from '#core/agent/status.ts'
import type { KernelClock, Loss, MachineFacts } from '#core/guest/facts.ts'
import type { Standing } from '#core/ntp/reply.ts'
import type { Reading } from '#core/time/instant.ts'

export interface Snapshot {
  readonly version: string
  readonly startedAt: Reading
  readonly machine: MachineFacts
  readonly kernelClock: KernelClock | undefined
  /** What cannot be done on this machine, said to the person. */
  readonly losses: readonly Loss[]
  /** A sentence: where the list of sources comes from. */
  readonly sourcesFrom: string
  readonly mode: 'watching' | 'disciplining'
  /** Of this machine's clock. */
  readonly clock: Status
  /** Undefined when no time is served. */
  readonly server: ServerSnapshot | undefined
}

export interface ServerSnapshot {
  /** `192.0.2.1:123`. */
  readonly at: readonly string[]
  readonly counts: ServerCounts
  /** What a client would be told now. */
  readonly standing: Standing
}
