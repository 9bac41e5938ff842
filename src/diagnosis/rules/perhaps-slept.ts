/** What a jump may be in a time in which no source was heard: a machine that sleeps does that, and is set by its hardware clock. */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Cause } from '../finding.ts'

export const asleepFor = (silent: Seconds): Cause => ({
  what: 'the machine slept, or was paused, and its clock was set by the hardware clock when it went on',
  why: `no measurement of any source was used for ${duration(silent)} then`,
})
