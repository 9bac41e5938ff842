/**
 * Whether a source has its time from a clock that nobody sets, by what its answers say: a stratum as high as those that are
 * given to such clocks (ntpd's `fudge … stratum 10`, chronyd's `local stratum 10`), or the reference of one, from that
 * stratum on that ntpd's driver has by default. At a low stratum it is a master that was told to be one.
 */
import { type Cursor, textOf } from './log/cursor.ts'

export const HIGH_STRATUM = 9
/** The stratum of who follows nobody. */
export const UNSYNCHRONISED = 16
const OF_THE_DRIVER = 5
const LOCAL_REFERENCE = /^(?:127\.127\.1\.\d+|7F7F01[\dA-F]{2}|LOCL|\.LOCL\.)$/i

export const mayBeIsland = (stratum: number): boolean => stratum >= OF_THE_DRIVER && stratum < UNSYNCHRONISED

/** The cursor is before the reference; what is between does not matter where the stratum says enough. */
export function isIsland(stratum: number, cursor: Cursor): boolean {
  if (stratum >= HIGH_STRATUM) return true
  const length = cursor.word()
  return LOCAL_REFERENCE.test(textOf(cursor.bytes, cursor.at - length, cursor.at))
}
