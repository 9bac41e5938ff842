/** The stamp that opens each line of ntpd's statistics: a Modified Julian Date and seconds of that day, always UTC. */
import { areDigits, type Cursor, digitsAt, fourDigits } from '../log/cursor.ts'

/** The Modified Julian Date of 1970-01-01. */
export const MJD_OF_1970 = 40_587
/** From 1968 to 2132: what lies outside is no date. */
const FIRST = 40_000
const LAST = 100_000
const DAY = 86_400
/** A clock that is far wrong may write more than a day's seconds. */
const MOST_SECONDS = 90_000

const BLANK = 32
const POINT = 46
const ZERO = 48
const NINE = 57
/** Three zeros and a blank. */
const THREE_ZEROS = 0x20303030
const seconds = new Float64Array(1)

/** Puts the seconds from the start of the base day into a column. */
export function readMjd(cursor: Cursor, baseDay: number, column: Float64Array, row: number): void {
  if (readPlain(cursor, baseDay, column, row)) return
  const mjd = cursor.integer()
  cursor.decimalInto(seconds, 0)
  const rest = seconds[0]!
  if (mjd < FIRST || mjd > LAST || cursor.decimals < 0 || !(rest >= 0 && rest < MOST_SECONDS))
    cursor.ok = false
  column[row] = (mjd - MJD_OF_1970 - baseDay) * DAY + rest
}

/** `61470 43202.031`: five digits, then seconds, as nearly always with three decimals. */
function readPlain(cursor: Cursor, baseDay: number, column: Float64Array, row: number): boolean {
  const { bytes, view, wide } = cursor
  let at = cursor.at
  if (at > wide || bytes[at + 5] !== BLANK) return false
  const high = digitsAt(view, at)
  const fifth = bytes[at + 4]! - ZERO
  if (!areDigits(high) || fifth < 0 || fifth > 9) return false
  const mjd = Math.imul(fourDigits(high), 10) + fifth
  at += 6
  let c = bytes[at]!
  if (mjd < FIRST || c === POINT) return false
  let whole = 0
  const four = digitsAt(view, at)
  // Five, but in the first hours of a day.
  if (areDigits(four)) {
    whole = fourDigits(four)
    at += 4
    c = bytes[at]!
  }
  while (c >= ZERO && c <= NINE && whole < MOST_SECONDS) {
    whole = Math.imul(whole, 10) + c - ZERO
    c = bytes[++at]!
  }
  if (c !== POINT || whole >= MOST_SECONDS || at >= wide) return false
  const rest = view.getInt32(at + 1, true) ^ THREE_ZEROS
  if ((rest & 0xff000000) !== 0 || !areDigits(rest)) return false
  column[row] = (mjd - MJD_OF_1970 - baseDay) * DAY + (whole * 1e4 + fourDigits(rest)) / 1e4
  cursor.at = at + 4
  return true
}
