/** Dates of the Gregorian calendar in UTC, for instants. */
import { type Instant, instant, plus } from './instant.ts'
import { NS_PER_SECOND, type Seconds } from './units.ts'

const NS_PER_DAY = 86_400n * NS_PER_SECOND

/** The number of the day since 1970 in which the instant lies. */
export function dayOf(at: Instant): number {
  const day = at / NS_PER_DAY
  return Number(at < 0n && day * NS_PER_DAY !== at ? day - 1n : day)
}

/** What is so long after the start of a day, which is counted from 1970 on. */
export const instantAt = (at: Seconds, baseDay: number): Instant =>
  plus(instant(BigInt(baseDay) * NS_PER_DAY), at)

/** The first instant of the month after the one in which `at` lies: where a leap second would be (RFC 5905, figure 9). */
export function endOfMonth(at: Instant): Instant {
  const today = dayOf(at)
  const { day } = civil(today)
  // From the 1st, 31 days lead into the next month, and its day of the month says how far.
  const beyond = today - day + 1 + 31
  return instant(BigInt(beyond - civil(beyond).day + 1) * NS_PER_DAY)
}

/** Gregorian date of a day number since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
export function civil(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const mp = Math.floor((5 * dayOfYear + 2) / 153)
  const month = mp < 10 ? mp + 3 : mp - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * mp + 2) / 5) + 1,
  }
}

/** The day number since 1970 of a Gregorian date: the inverse of `civil`. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
