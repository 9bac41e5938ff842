/** The step threshold of ntpd, by which the logs of all daemons are judged, too. */
import type { Seconds } from '#core/time/units.ts'

/** What is farther off, ntpd steps rather than slews when nothing tells it otherwise (RFC 5905, 11.2.1: STEPT is 128 ms). */
export const STEP_THRESHOLD: Seconds = 0.128
