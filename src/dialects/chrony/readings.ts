/**
 * rtc.log (date, time, RTC minus system clock in s, whether it is valid, the estimate, its slope in ppm, counts) and
 * tempcomp.log (date, time, temperature, compensation in ppm).
 */
import { readingBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { headOf, skipHead } from './banner.ts'
import { dateReader } from './date.ts'

export const rtc: LogFormat = {
  name: 'chrony rtc',
  dated: true,
  first: `${DIGITS} =`,
  apart: true,
  open(into) {
    const readDate = dateReader(into.baseDay)
    return columns(into, {
      create: room =>
        readingBlock(
          {
            daemon: 'chrony',
            format: rtc.name,
            file: into.file,
            quantity: 'RTC minus system clock',
          },
          room,
        ),
      row(cursor, block, row) {
        block.at[row] = readDate(cursor)
        if (!cursor.ok) return
        block.value[row] = cursor.decimal()
        if (cursor.integer() > 1) cursor.ok = false
        cursor.decimal()
        cursor.decimal()
        for (let field = 0; field < 3; field++) cursor.integer()
      },
      other: cursor => skipHead(cursor, headOf('RTC fast')),
    })
  },
}

export const tempcomp: LogFormat = {
  name: 'chrony tempcomp',
  dated: true,
  first: `${DIGITS} =`,
  apart: true,
  open(into) {
    const readDate = dateReader(into.baseDay)
    return columns(into, {
      create: room =>
        readingBlock(
          { daemon: 'chrony', format: tempcomp.name, file: into.file, quantity: 'temperature' },
          room,
        ),
      row(cursor, block, row) {
        block.at[row] = readDate(cursor)
        if (!cursor.ok) return
        block.value[row] = cursor.decimal()
        cursor.decimal()
        if (!cursor.ended()) cursor.ok = false
      },
      other: cursor => skipHead(cursor, headOf('Temp\\.')),
    })
  },
}
