/**
 * Rows of peerstats of the driver LOCAL, 127.127.1.u: the clock that ntpd keeps, taken for a source of time. It is never off
 * by anything. What such a row tells is whether ntpd followed it then: the three bits of its status word that say so are 6.
 */
import { OWN_CLOCK } from '#core/trace/series.ts'
import { type Cursor, textOf } from '../log/cursor.ts'
import type { Destination } from '../log/format.ts'
import { ReadingRows } from '../reading-rows.ts'
import { MJD_OF_1970 } from './mjd.ts'

const NEWLINE = 10
const LONGEST = 200
const ROW = /^ *(\d{5}) (\d+\.\d+) 127\.127\.1\.\d+ ([\da-f]{1,4}) /
const SYSTEM_PEER = 6

export class OwnClockRows {
  readonly #baseDay: number
  readonly #readings: ReadingRows

  constructor(into: Destination, format: string) {
    this.#baseDay = into.baseDay
    this.#readings = new ReadingRows(into, { daemon: 'ntpd', format, quantity: OWN_CLOCK })
  }

  /** The line at the cursor, which is then on the next, where it is one of them. */
  take(cursor: Cursor, line: number): boolean {
    const to = cursor.bytes.indexOf(NEWLINE, cursor.at)
    if (to < 0 || to - cursor.at > LONGEST) return false
    const [, day, seconds, status] = ROW.exec(textOf(cursor.bytes, cursor.at, to)) ?? []
    if (status === undefined) return false
    cursor.at = to + 1
    const at = (Number(day) - MJD_OF_1970 - this.#baseDay) * 86_400 + Number(seconds)
    const followed = ((Number.parseInt(status, 16) >> 8) & 7) === SYSTEM_PEER
    this.#readings.add({ at, line, value: followed ? 1 : 0 })
    return true
  }

  flush(): void {
    this.#readings.flush()
  }
}
