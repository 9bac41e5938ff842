/** The stamp that opens each line of chrony's logs, `2027-03-05 00:00:00`, always UTC; refclocks.log adds microseconds. */
import { dayNumber } from '#core/time/civil.ts'
import type { Cursor } from '../log/cursor.ts'

const DASH = 45
const COLON = 58
const BLANK = 32
const POINT = 46

/** Reads stamps; lines of one day cost no calendar. */
export function dateReader(baseDay: number): (cursor: Cursor) => number {
  let last = -1
  let lastDay = 0
  return cursor => {
    const year = cursor.digits(4)
    cursor.literal(DASH)
    const month = cursor.digits(2)
    cursor.literal(DASH)
    const day = cursor.digits(2)
    cursor.literal(BLANK)
    const hours = cursor.digits(2)
    cursor.literal(COLON)
    const minutes = cursor.digits(2)
    cursor.literal(COLON)
    const seconds = cursor.digits(2)
    if (!cursor.ok || month < 1 || month > 12 || day < 1 || day > 31 || hours > 23 || minutes > 59) {
      cursor.ok = false
      return Number.NaN
    }
    const date = (year * 100 + month) * 100 + day
    if (date !== last) {
      last = date
      lastDay = dayNumber(year, month, day) - baseDay
    }
    let rest = 0
    if (cursor.bytes[cursor.at] === POINT) {
      cursor.at++
      const from = cursor.at
      while (cursor.bytes[cursor.at]! - 48 >= 0 && cursor.bytes[cursor.at]! - 48 <= 9 && cursor.at - from < 9)
        rest = rest * 10 + cursor.digits(1)
      rest /= 10 ** (cursor.at - from)
    }
    return lastDay * 86_400 + hours * 3600 + minutes * 60 + seconds + rest
  }
}
