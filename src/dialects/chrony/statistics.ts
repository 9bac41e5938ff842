/**
 * statistics.log: what chronyd thinks of a source after each measurement, from all that it keeps of it.
 * Date, time, address or refid, standard deviation, estimated offset (positive: the local clock is fast), its standard
 * deviation, residual frequency in s/s, skew, stress, samples, start of the regression, runs, asymmetry.
 */
import { sampleBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { headOf, skipHead } from './banner.ts'
import { dateReader } from './date.ts'

const HEAD = headOf("IP Address +Std dev'n")

export const statistics: LogFormat = {
  name: 'chrony statistics',
  dated: true,
  first: `${DIGITS} =`,
  apart: true,
  open(into) {
    const readDate = dateReader(into.baseDay)
    return columns(into, {
      create: room =>
        sampleBlock(
          {
            daemon: 'chrony',
            format: statistics.name,
            file: into.file,
            exchanges: false,
            estimates: true,
          },
          room,
        ),
      row(cursor, block, row) {
        block.at[row] = readDate(cursor)
        if (!cursor.ok) return
        block.source[row] = into.sources.read(cursor)
        block.jitter[row] = cursor.decimal()
        block.offset[row] = -cursor.decimal()
        block.dispersion[row] = cursor.decimal()
        block.delay[row] = Number.NaN
        block.slope[row] = -cursor.decimal()
        for (let field = 0; field < 2; field++) cursor.decimal()
        const kept = cursor.integer()
        block.points[row] = kept - cursor.integer()
        cursor.integer()
      },
      other: cursor => skipHead(cursor, HEAD),
    })
  },
}
