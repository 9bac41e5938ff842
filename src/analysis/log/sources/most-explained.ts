/** What a long way may hide: the limit beyond which an offset is no longer one of the network. */
import type { Seconds } from '#core/time/units.ts'

/** Who disagrees by less is not odd, however short the way. */
const LEAST: Seconds = 2e-3
/** Where a log has no delays: most ways are shorter. */
const UNKNOWN_DELAY: Seconds = 0.1

/** How far off a right clock may look over a way of this delay: half of it, if all of it lies in one direction. */
export const mostExplained = (delay: Seconds): Seconds =>
  Math.max(LEAST, (Number.isNaN(delay) ? UNKNOWN_DELAY : delay) / 2)
