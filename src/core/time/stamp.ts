/** When a packet passed, and how far that can be from the truth because of how it was stamped. */
import type { Reading } from './instant.ts'
import type { Seconds } from './units.ts'

export interface Stamp {
  readonly at: Reading
  readonly uncertainty: Seconds
  readonly by: 'kernel' | 'user'
}
