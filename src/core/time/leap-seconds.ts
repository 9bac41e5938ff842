/** Which leap seconds there were (IERS, Bulletin C), and until when that is known. None was ever left out. */
import { civil, dayNumber, dayOf } from './civil.ts'
import type { Instant } from './instant.ts'

/** Month and year that began after one. */
const BEGUN = `
  7/1972 1/1973 1/1974 1/1975 1/1976 1/1977 1/1978 1/1979 1/1980 7/1981 7/1982 7/1983 7/1985 1/1988
  1/1990 1/1991 7/1992 7/1993 7/1994 1/1996 7/1997 1/1999 1/2006 1/2009 7/2012 7/2015 1/2017`
const MONTHS: ReadonlySet<string> = new Set(BEGUN.trim().split(/\s+/))

/** The list is good until then. */
const EXPIRES = dayNumber(2026, 12, 28)

/** Whether a leap second ended at the first instant of this day; undefined when the list does not reach so far. */
export function wasLeapSecondAt(at: Instant): boolean | undefined {
  const day = dayOf(at)
  const { year, month, day: ofMonth } = civil(day)
  return day > EXPIRES ? undefined : ofMonth === 1 && MONTHS.has(`${month}/${year}`)
}
