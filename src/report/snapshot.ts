/** Everything that is known of this machine's clock at one moment: what the page, the terminal and programs are told. */
import type { Status } from '#core/agent/status.ts'
import type { KernelClock, Loss, MachineFacts } from '#core/guest/facts.ts'
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
}
