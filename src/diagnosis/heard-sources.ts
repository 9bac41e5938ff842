/** Of one source, and of one of two, nobody can tell by measurements whether the clock moved or that source did. */
import type { Subject } from './subject.ts'

/** Who was heard less often is a stray. */
const LEAST_ROWS = 5

/** How many sources were heard. */
export const heardSources = ({ log, keeper }: Subject): number =>
  (log.censusOf(keeper.daemon)?.sources() ?? []).filter(({ count }) => count >= LEAST_ROWS).length
