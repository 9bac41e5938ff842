/**
 * When the first of some measurements was made, by true time as its source told it. A clock that was set back by days writes into the
 * file of a day that it had had already: that file comes after those of the days between.
 */
import type { Seconds } from '../time/units.ts'
import type { SampleBlock } from './series.ts'

export function trulyAt({ at, offset }: Pick<SampleBlock, 'at' | 'offset'>): Seconds {
  const [first, behind] = [at[0]!, offset[0]!]
  return Number.isNaN(behind) ? first : first + behind
}
