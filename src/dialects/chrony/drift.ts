/**
 * The rate that chronyd holds: its drift file has "frequency skew" in ppm (REF_Initialise in reference.c), `chronyc tracking` a line
 * of each. Both name how the clock goes alone, positive when it is fast, so the correction is the other way round.
 */
import type { Rate } from '#core/time/units.ts'
import { PPM } from '#core/time/units.ts'

/** With a number alone chronyd takes nothing from it. */
export function frequencyInDriftFile(text: string): Rate | undefined {
  const [, frequency] = /^\s*(-?\d+(?:\.\d+)?)\s+\d+(?:\.\d+)?(?!\S)/.exec(text) ?? []
  return frequency === undefined ? undefined : -Number(frequency) * PPM
}

export function frequencyInTracking(line: string): Rate | undefined {
  const [, size, side] = /^Frequency *: (\d+(?:\.\d+)?) ppm (fast|slow)\s*$/.exec(line) ?? []
  return size === undefined ? undefined : (side === 'slow' ? 1 : -1) * Number(size) * PPM
}
