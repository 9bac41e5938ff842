/**
 * refclocks.log: readings of reference clocks. Date, time with microseconds, refid, number of the reading or - (a filtered
 * one), leap, pps or -, raw offset or -, cooked offset (positive: the local clock is behind), dispersion. A filtered one is put
 * together from readings that stand before it: it is none of its own.
 */
import { sampleBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import type { Cursor } from '../log/cursor.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { headOf, skipHead } from './banner.ts'
import { dateReader } from './date.ts'

const DASH = 45
const BLANK = 32
const HEAD = headOf('Refid +DP L P')

/** Whether a dash alone comes next, which stands for no number. */
function isDash(cursor: Cursor): boolean {
  while (cursor.bytes[cursor.at] === BLANK) cursor.at++
  return cursor.bytes[cursor.at] === DASH && cursor.bytes[cursor.at + 1] === BLANK
}

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
        const filtered = isDash(cursor)
        if (cursor.word() > 3 || cursor.word() !== 1 || cursor.word() !== 1) cursor.ok = false
        cursor.word()
        const none = isDash(cursor)
        if (none) cursor.at++
        const offset = none ? Number.NaN : cursor.decimal()
        block.offset[row] = filtered ? Number.NaN : offset
        block.dispersion[row] = cursor.decimal()
        block.delay[row] = Number.NaN
      },
      other: cursor => skipHead(cursor, HEAD),
    })
  },
}
