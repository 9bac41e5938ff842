/**
 * loopstats: a line for each update of ntpd's clock.
 * Day, seconds, offset in s, frequency in ppm, jitter in s, wander in ppm, time constant. An offset of exactly zero with
 * the jitter of the precision is written right after a step. NTPsec writes the frequency with six decimals, ntpd with three;
 * before there was NTPsec, some releases of ntpd did as it does.
 */

import { PPM, type Seconds } from '#core/time/units.ts'
import { updateBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { MJD_OF_1970, readMjd } from './mjd.ts'

/** It was split off in the summer of 2015. */
const FIRST_NTPSEC: Seconds = (57_174 - MJD_OF_1970) * 86_400

export const loopstats: LogFormat = {
  name: 'ntpd loopstats',
  dated: true,
  first: DIGITS,
  apart: true,
  open(into) {
    let told = into.midst ?? false
    return columns(into, {
      create: room => updateBlock({ daemon: 'ntpd', format: loopstats.name, file: into.file }, room),
      row(cursor, block, row) {
        readMjd(cursor, into.baseDay, block.at, row)
        if (!cursor.ok) return
        cursor.decimalInto(block.offset, row)
        if (cursor.decimals < 0) cursor.ok = false
        block.frequency[row] = cursor.decimal() * PPM
        const digits = cursor.decimals
        if (digits < 0) cursor.ok = false
        cursor.decimalInto(block.jitter, row)
        block.wander[row] = cursor.decimal() * PPM
        cursor.integer()
        if (cursor.ok && !told) {
          told = true
          if (digits >= 6 && block.at[row]! + into.baseDay * 86_400 > FIRST_NTPSEC)
            into.tell({
              kind: 'event',
              what: 'version',
              daemon: 'ntpd',
              format: loopstats.name,
              file: into.file,
              line: 0,
              at: block.at[row]!,
              size: Number.NaN,
              source: undefined,
              text: 'NTPsec',
            })
        }
      },
    })
  },
}
