/** Between two polls that are far apart a clock whose rate has changed goes as far as a small jump: only what was corrected tells them apart. */
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { mayHaveRun } from '#analysis/log/rate/rate-steps.ts'
import type { Cause } from '../finding.ts'
import type { Subject } from '../subject.ts'

export const rateUnknown = (each: Disturbance, { log, keeper }: Subject): boolean =>
  each.moved === 'not known' &&
  each.sources.length > 0 &&
  mayHaveRun(each) &&
  log.updatesOf(keeper.daemon) === undefined

export const ANOTHER_RATE: Cause = {
  what: 'the rate of the clock changed at once: a guest that came to another host',
  why: 'the measurements are so far apart that a rate leads as far; loopstats or tracking.log would tell',
}
