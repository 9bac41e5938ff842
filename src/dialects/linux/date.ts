/**
 * What `date` prints, alone, in a loop, or bound to one processor after another (`0: Sat Feb 30 16:48:28 EST 2013`, field
 * report 003); in the words of a locale, with -R, in ISO 8601 (-I, --rfc-3339, `+%F %T.%N`), or as seconds since 1970. The zone's name is
 * no offset from UTC, so readings are compared with their neighbours only. A date that no calendar has is told as that, and still compared.
 */

import { civil, dayNumber } from '#core/time/civil.ts'
import { DIGITS } from '../log/format.ts'
import { MONTHS } from '../log/months.ts'
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'
import { ISO as OF_HWCLOCK } from './hwclock.ts'

const BEFORE = /^(?:(?:cpu|CPU|Cpu)? ?#?(\d{1,4}) ?: ?)?/.source
const ZONE = /(?:[A-Z]{2,5}|[+-]\d\d(?:\d\d)?)/.source
const AFTER = /(?:\s+<-.*)?$/.source
/** Month, day, time, year. */
const POSIX = new RegExp(
  `${BEFORE}[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\\d{1,2}) (\\d\\d:\\d\\d:\\d\\d)( [AP]M)? ${ZONE} (\\d{4})${AFTER}`,
)
/** Day, month, year, time: en_US since glibc 2.29, and others; -R. */
const LOCALE = new RegExp(
  `${BEFORE}[A-Z][a-z]{2},? {1,2}(\\d{1,2}) ([A-Z][a-z]{2}) (\\d{4}) (\\d\\d:\\d\\d:\\d\\d)( [AP]M)? ${ZONE}${AFTER}`,
)
const ISO = new RegExp(
  `${BEFORE}(\\d{4})-(\\d\\d)-(\\d\\d)[T ](\\d\\d:\\d\\d:\\d\\d)(?:[.,](\\d{1,9}))?(?: ?(?:Z|[A-Z]{2,5}|([+-])(\\d\\d):?(\\d\\d)))?${AFTER}`,
)
/** `+%s`, `+%s.%N`, `+%s%N`. */
const EPOCH = new RegExp(`${BEFORE}(1\\d{9})(?:\\.(\\d{1,9})|(\\d{9}))?${AFTER}`)

interface Reading {
  readonly cpu: string | undefined
  readonly seconds: number
  readonly possible: boolean
}

export const date = reportFormat({
  name: 'date',
  daemon: 'other',
  first: `${DIGITS}MTWFScC`,
  open: () => text => {
    const reading = readDate(text)
    if (!reading) return undefined
    const source = reading.cpu === undefined ? undefined : `CPU ${reading.cpu}`
    const read = said('clock-read', { size: reading.seconds, source })
    return reading.possible ? [read] : [read, said('impossible-date')]
  },
})

function readDate(text: string): Reading | undefined {
  const posix = POSIX.exec(text)
  if (posix) return readingOf(posix[1], posix[6]!, posix[2]!, posix[3]!, posix[4]!, posix[5])
  const locale = LOCALE.exec(text)
  if (locale) return readingOf(locale[1], locale[4]!, locale[3]!, locale[2]!, locale[5]!, locale[6])
  const epoch = EPOCH.exec(text)
  if (epoch)
    return { cpu: epoch[1], seconds: Number(`${epoch[2]}.${epoch[3] ?? epoch[4] ?? 0}`), possible: true }
  const iso = OF_HWCLOCK.test(text) ? undefined : ISO.exec(text)
  if (iso) return isoReading(iso)
  return undefined
}

function isoReading([, cpu, year, month, day, time, decimals, ...zone]: RegExpExecArray):
  | Reading
  | undefined {
  const whole = readingOf(cpu, year!, MONTHS[Number(month) - 1] ?? '', day!, time!, undefined)
  const [sign, hours, minutes] = zone
  const east = sign ? (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60 : 60) : 0
  return whole && { ...whole, seconds: whole.seconds + Number(`0.${decimals ?? 0}`) - east }
}

function readingOf(
  cpu: string | undefined,
  year: string,
  monthName: string,
  dayText: string,
  time: string,
  half: string | undefined,
): Reading | undefined {
  const month = MONTHS.indexOf(monthName) + 1
  const day = Number(dayText)
  const [hours, minutes, seconds] = time.split(':').map(Number) as [number, number, number]
  if (month === 0 || day === 0 || day > 31 || hours > 23 || minutes > 59 || seconds > 60) return undefined
  const days = dayNumber(Number(year), month, day)
  const hour = half === undefined ? hours : (hours % 12) + (half === ' PM' ? 12 : 0)
  return {
    cpu,
    seconds: days * 86_400 + hour * 3600 + minutes * 60 + seconds,
    possible: civil(days).day === day,
  }
}
