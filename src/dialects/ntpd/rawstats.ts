/**
 * rawstats: a line for each packet that ntpd took from a server, with the four times as they were.
 * Day, seconds, source, destination or -, then origin, receive, transmit and destination time in seconds since 1900.
 * 4.2.8 adds nine fields of the header, NTPsec three counts after those.
 *
 * Offset and delay are computed here (RFC 5905, 8), so nothing that ntpd thought of them is in the way. A broadcast has
 * no origin time: its delay is unknown, and its offset is short by the way of the packet.
 */
import type { Seconds } from '#core/time/units.ts'
import { ISLAND_STRATUM, sampleBlock } from '#core/trace/series.ts'
import { isIsland, mayBeIsland, UNSYNCHRONISED } from '../island.ts'
import { columns } from '../log/columns.ts'
import type { Cursor } from '../log/cursor.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { ReadingRows } from '../reading-rows.ts'
import { RootDistances } from '../root-distances.ts'
import { RECENT_MAXDIST } from './defaults.ts'
import { readMjd } from './mjd.ts'

const ERA = 2 ** 32
const LEAP_UNKNOWN = 3

export const rawstats: LogFormat = {
  name: 'ntpd rawstats',
  dated: true,
  first: DIGITS,
  apart: true,
  open(into) {
    let told = into.midst ?? false
    const islands = new ReadingRows(into, {
      daemon: 'ntpd',
      format: rawstats.name,
      quantity: ISLAND_STRATUM,
    })
    const distances = new RootDistances(into, {
      daemon: 'ntpd',
      format: rawstats.name,
      most: RECENT_MAXDIST,
    })
    return columns(into, {
      create: room =>
        sampleBlock({ daemon: 'ntpd', format: rawstats.name, file: into.file, exchanges: true }, room),
      row(cursor, block, row) {
        readMjd(cursor, into.baseDay, block.at, row)
        if (!cursor.ok) return
        block.source[row] = into.sources.read(cursor)
        cursor.word()
        if (!cursor.ok) return
        if (into.census && told) {
          cursor.fraction()
          return
        }
        const f1 = cursor.fraction()
        const s1 = cursor.whole
        const f2 = cursor.fraction()
        const s2 = cursor.whole
        const f3 = cursor.fraction()
        const s3 = cursor.whole
        const f4 = cursor.fraction()
        const s4 = cursor.whole
        if (!cursor.ok) return
        const back = unwrapped(s3 - s4) + (f3 - f4)
        if (s1 === 0) {
          block.offset[row] = back
          block.delay[row] = Number.NaN
        } else {
          const out = unwrapped(s2 - s1) + (f2 - f1)
          block.offset[row] = (out + back) / 2
          block.delay[row] = out - back
        }
        block.dispersion[row] = Number.NaN
        const header = cursor.at
        if (!into.census) readHeader(cursor, block.at[row]!, { islands, distances })
        if (told) return
        cursor.at = header
        told = true
        into.tell({
          kind: 'event',
          what: 'version',
          daemon: 'ntpd',
          format: rawstats.name,
          file: into.file,
          line: 0,
          at: block.at[row]!,
          size: Number.NaN,
          source: undefined,
          text: versionByFields(cursor),
        })
      },
      flush: () => {
        islands.flush()
        distances.flush()
      },
    })
  },
}

/** Leap, version, mode, stratum; poll, precision, root delay and dispersion; refid. What is no such header says nothing. */
function readHeader(
  cursor: Cursor,
  at: Seconds,
  { islands, distances }: { readonly islands: ReadingRows; readonly distances: RootDistances },
): void {
  if (cursor.ended()) return
  const leap = cursor.integer()
  cursor.integer()
  cursor.integer()
  const stratum = cursor.integer()
  cursor.word()
  cursor.word()
  const rootDelay = cursor.decimal()
  const rootDispersion = cursor.decimal()
  if (cursor.ok && leap !== LEAP_UNKNOWN && stratum > 0 && stratum < UNSYNCHRONISED)
    distances.add(at, rootDelay, rootDispersion)
  if (cursor.ok && mayBeIsland(stratum) && isIsland(stratum, cursor)) islands.add({ at, value: stratum })
  cursor.ok = true
}

/** Across the end of an era the seconds begin anew. */
const unwrapped = (difference: number): number =>
  difference > ERA / 2 ? difference - ERA : difference < -ERA / 2 ? difference + ERA : difference

function versionByFields(cursor: Cursor): string {
  let fields = 8
  while (!cursor.ended()) {
    cursor.word()
    fields++
  }
  return fields >= 20 ? 'NTPsec' : fields > 8 ? '4.2.8 or later' : 'before 4.2.8'
}
