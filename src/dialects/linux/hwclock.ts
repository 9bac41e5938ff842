/**
 * What `hwclock` prints: the RTC, to the second (util-linux up to 2.31) or with decimals in ISO 8601 (from 2.32 on). The
 * figure behind the old form is how long reading took, and no offset. With `--verbose` it tells both clocks in seconds since 1970, and what it
 * takes the RTC for.
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

const READ = /^Hw clock time : [\d/]+ [\d:]+ = (\d+) seconds since 1969$/
const LOCAL = 'Assuming hardware clock is kept in local time.'
const VERBOSE = [
  /^hwclock from util-linux [\w.-]+$/,
  /^Trying to open: \/dev\/\S+$/,
  /^Using the \/?\S+ interface to (?:the )?clock\.$/,
  /^Last drift adjustment done at \d+ seconds after 1969$/,
  /^Last calibration done at \d+ seconds after 1969$/,
  /^Hardware clock is on (?:UTC|local) time$/,
  /^Assuming hardware clock is kept in UTC time\.$/,
  /^Waiting for clock tick\.\.\.$/,
  /^\.\.\.got clock tick$/,
  /^Time read from Hardware Clock: [\d/]+ [\d:]+$/,
  /^Time since last adjustment is -?\d+ seconds$/,
  /^Calculated Hardware Clock drift is -?[\d.]+ seconds$/,
]

export const hwclock = reportFormat({
  name: 'hwclock',
  daemon: 'other',
  first: `${DIGITS}MTWFShULACH.`,
  open: () => {
    let system = Number.NaN
    return text => {
      const seconds = readOld(text) ?? readIso(text)
      if (seconds !== undefined) return [said('rtc-read', { size: seconds })]
      const [, at] = /^System Time: (\d+\.\d+)$/.exec(text) ?? []
      if (at !== undefined) system = Number(at)
      const [, rtc] = READ.exec(text) ?? []
      if (rtc !== undefined && !Number.isNaN(system))
        return [said('rtc-behind', { size: system - Number(rtc) })]
      if (text === LOCAL) return [said('rtc-in-local-time')]
      return at !== undefined || rtc !== undefined || VERBOSE.some(each => each.test(text)) ? [] : undefined
    }
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
