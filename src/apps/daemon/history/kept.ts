/** A history together with what its owner should know about it. */
import type { Loss } from '#core/guest/facts.ts'
import type { History } from '#core/trace/history.ts'

export interface KeptHistory extends History {
  /** Whether it survives the death of the process. */
  readonly durable: boolean
  /** Why it does not. */
  readonly loss?: Loss
  /** What had to be done so that it could be opened or written: for the log, and worth a notice in the history itself. */
  readonly notices: readonly { readonly name: string; readonly text: string }[]
  /** How many rows, or stretches of rows, could not be read because they were damaged. */
  damaged(): number
}
