/** The stamp that opens each line of ntpd's statistics: a Modified Julian Date and seconds of that day, always UTC. */
import type { Cursor } from '../log/cursor.ts'

/** The Modified Julian Date of 1970-01-01. */
export const MJD_OF_1970 = 40_587
/** From 1968 to 2132: what lies outside is no date. */
const FIRST = 40_000
const LAST = 100_000

/** Seconds from the start of the base day. A clock that is far wrong may write more than a day's seconds. */
export function readMjd(cursor: Cursor, baseDay: number): number {
  cursor.dayAndSeconds()
  const { days: mjd, seconds } = cursor
  if (mjd < FIRST || mjd > LAST || cursor.decimals < 0 || !(seconds >= 0 && seconds < 90_000))
    cursor.ok = false
  return (mjd - MJD_OF_1970 - baseDay) * 86_400 + seconds
}
