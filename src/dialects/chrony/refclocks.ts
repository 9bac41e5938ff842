/**
 * refclocks.log: readings of reference clocks. Date, time with microseconds, refid, number of the reading or - (a filtered
 * one), leap, pps or -, raw offset or -, cooked offset (positive: the local clock is behind), dispersion.
 */
import { sampleBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { headOf, skipHead } from './banner.ts'
import { dateReader } from './date.ts'

const DASH = 45
const BLANK = 32
const HEAD = headOf('Refid +DP L P')

export const refclocks: LogFormat = {
  name: 'chrony refclocks',
  dated: true,
  first: `${DIGITS} =`,
  apart: true,
  open(into) {
    const readDate = dateReader(into.baseDay)
    return columns(into, {
      create: room =>
        sampleBlock({ daemon: 'chrony', format: refclocks.name, file: into.file, exchanges: true }, room),
      row(cursor, block, row) {
        block.at[row] = readDate(cursor)
        if (!cursor.ok) return
        block.source[row] = into.sources.read(cursor)
        if (cursor.word() > 3 || cursor.word() !== 1 || cursor.word() !== 1) cursor.ok = false
        cursor.word()
        while (cursor.bytes[cursor.at] === BLANK) cursor.at++
        // A dash alone stands for no number.
        const none = cursor.bytes[cursor.at] === DASH && cursor.bytes[cursor.at + 1] === BLANK
        if (none) cursor.at++
        block.offset[row] = none ? Number.NaN : cursor.decimal()
        block.dispersion[row] = cursor.decimal()
        block.delay[row] = Number.NaN
      },
      other: cursor => skipHead(cursor, HEAD),
    })
  },
}
