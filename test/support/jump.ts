/** Jumps as the analysis of logs passes them from one step to the next. */
import type { Change } from '#analysis/log/disturbances/changes.ts'
import type { Jump } from '#analysis/log/disturbances/jumps.ts'

/** What says nothing else of a change between two measurements of one source. */
const PLAIN = {
  source: 0,
  fromEra: 0,
  toEra: 0,
  tolerance: 0.01,
  nextAt: Number.NaN,
  changeBefore: Number.NaN,
  fresh: false,
  sudden: true,
  file: 0,
  line: 1,
} as const

/** A change that is a jump by itself. */
export function jumpOf(
  told: Pick<Change, 'from' | 'to' | 'before' | 'after' | 'spacing' | 'unsteadiness' | 'next'> &
    Partial<Change>,
): Jump {
  const change: Change = { ...PLAIN, earliest: told.from, latest: told.to, ...told }
  const size = change.after - change.before
  return {
    change,
    first: change,
    firstSize: size,
    size,
    uncertainty: 0.01,
    dropped: false,
    set: false,
    restarted: false,
  }
}
