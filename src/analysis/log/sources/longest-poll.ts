/** How long a source may not be asked while nothing is wrong. */
import type { Seconds } from '#core/time/units.ts'

/** 1024 s, the longest wait between two polls unless somebody configures more, and some chance. */
export const LONGEST_POLL: Seconds = 1100
