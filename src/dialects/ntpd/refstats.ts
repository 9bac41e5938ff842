/**
 * refstats of NTPsec: a line for each median that a reference clock gave. Day, seconds, the clock, how many samples and
 * which of them were used, then the first, the first used, the median, the last used and the last of them, their jitter and
 * two standard deviations. The median is the offset that ntpd went on with (NTPsec's ntp_util.c, which no manual describes).
 */
import { sampleBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { readMjd } from './mjd.ts'

export const refstats: LogFormat = {
  name: 'ntpd refstats',
  dated: true,
  first: DIGITS,
  open: into =>
    columns(into, {
      create: room =>
        sampleBlock({ daemon: 'ntpd', format: refstats.name, file: into.file, exchanges: false }, room),
      row(cursor, block, row) {
        readMjd(cursor, into.baseDay, block.at, row)
        if (!cursor.ok) return
        block.source[row] = into.sources.read(cursor)
        for (let field = 0; field < 3; field++) cursor.integer()
        if (!cursor.ok) return
        cursor.decimal()
        cursor.decimal()
        block.offset[row] = cursor.decimal()
        if (cursor.decimals !== 9) cursor.ok = false
        cursor.decimal()
        cursor.decimal()
        block.jitter[row] = cursor.decimal()
        block.dispersion[row] = cursor.decimal()
        cursor.decimal()
        block.delay[row] = Number.NaN
        if (!cursor.ended()) cursor.ok = false
      },
    }),
}
