/**
 * What `hwclock` prints: the RTC, to the second (util-linux up to 2.31) or with decimals in ISO 8601 (from 2.32 on). The
 * figure behind the old form is how long reading took, and no offset.
 */

import { dayNumber } from '#core/time/civil.ts'
import { DIGITS } from '../log/format.ts'
import { MONTHS } from '../log/months.ts'
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const OLD =
  /^[A-Z][a-z]{2} (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([AP])M [A-Z]{2,5} {1,2}-?\d+\.\d{6} seconds$/
/** With microseconds, as no option of `date` prints them by itself. */
export const ISO = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d\.\d{6})([+-])(\d\d):(\d\d)$/

export const hwclock = reportFormat({
  name: 'hwclock',
  daemon: 'other',
  first: `${DIGITS}MTWFS`,
  open: () => text => {
    const seconds = readOld(text) ?? readIso(text)
    return seconds === undefined ? undefined : [said('rtc-read', { size: seconds })]
  },
})

function readOld(text: string): number | undefined {
  const match = OLD.exec(text)
  if (!match) return undefined
  const [, day, month, year, hours, minutes, seconds, half] = match as unknown as string[]
  const date = dayNumber(Number(year), MONTHS.indexOf(month!) + 1, Number(day))
  const hour = (Number(hours) % 12) + (half === 'P' ? 12 : 0)
  return date * 86_400 + hour * 3600 + Number(minutes) * 60 + Number(seconds)
}

function readIso(text: string): number | undefined {
  const match = ISO.exec(text)
  if (!match) return undefined
  const [, year, month, day, hours, minutes, seconds, sign, east, eastMinutes] = match as unknown as string[]
  const date = dayNumber(Number(year), Number(month), Number(day))
  const zone = (Number(east) * 60 + Number(eastMinutes)) * 60 * (sign === '-' ? -1 : 1)
  return date * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - zone
}
