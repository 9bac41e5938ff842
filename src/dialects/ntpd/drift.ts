/** The correction of the rate that ntpd holds: one number in ppm in its drift file, a variable of `ntpq -c rv`, a line of ntptime. */
import type { Rate } from '#core/time/units.ts'
import { PPM } from '#core/time/units.ts'

export function frequencyInDriftFile(text: string): Rate | undefined {
  const [, frequency] = /^\s*(-?\d+(?:\.\d+)?)(?!\S)/.exec(text) ?? []
  return frequency === undefined ? undefined : Number(frequency) * PPM
}

export function frequencyInPrinted(line: string): Rate | undefined {
  const [, variable, printed] =
    /(?:^|[\s,])frequency(?:=([+-]?\d+(?:\.\d+)?)(?=,|\s*$)| (-?\d+(?:\.\d+)?) ppm\b)/.exec(line) ?? []
  const frequency = variable ?? printed
  return frequency === undefined ? undefined : Number(frequency) * PPM
}
