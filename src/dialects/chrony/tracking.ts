/**
 * tracking.log: a line for each update of chronyd's clock.
 * Date, time, source, stratum (0: not synchronised), frequency in ppm (positive: the clock is fast), skew in ppm, offset
 * (positive: fast; it is corrected from here on), leap, sources combined, standard deviation, correction still to be
 * slewed (positive: slow), root delay, root dispersion, maximum error. Older releases end earlier: before 3.2 with what is to be
 * slewed, in 1.27 with the leap, before that with the offset. Until it follows somebody for the first time its root delay and
 * dispersion are a second (REF_Initialise in reference.c).
 */

import { PPM } from '#core/time/units.ts'
import { markOf } from '#core/trace/mark.ts'
import { BEGUN, ISLAND_STRATUM, updateBlock } from '#core/trace/series.ts'
import { HIGH_STRATUM, mayBeIsland } from '../island.ts'
import { columns } from '../log/columns.ts'
import type { Cursor } from '../log/cursor.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { ReadingRows } from '../reading-rows.ts'
import { headOf, skipHead } from './banner.ts'
import { dateReader } from './date.ts'

const HEAD = headOf('IP Address +St +Freq ppm')

export const tracking: LogFormat = {
  name: 'chrony tracking',
  dated: true,
  first: `${DIGITS} =`,
  apart: true,
  open(into) {
    const readDate = dateReader(into.baseDay)
    const islands = new ReadingRows(into, {
      daemon: 'chrony',
      format: tracking.name,
      quantity: ISLAND_STRATUM,
    })
    const starts = new ReadingRows(into, { daemon: 'chrony', format: tracking.name, quantity: BEGUN })
    return columns(into, {
      create: room => updateBlock({ daemon: 'chrony', format: tracking.name, file: into.file }, room),
      row(cursor, block, row) {
        block.at[row] = readDate(cursor)
        if (!cursor.ok) return
        block.followed[row] = markOfWord(cursor)
        const stratum = cursor.integer()
        if (stratum > 16) cursor.ok = false
        block.stratum[row] = stratum
        block.frequency[row] = -cursor.decimal() * PPM
        if (cursor.decimals !== 3) cursor.ok = false
        block.wander[row] = cursor.decimal() * PPM
        if (cursor.decimals !== 3) cursor.ok = false
        const offset = -cursor.decimal()
        block.offset[row] = stratum === 0 ? Number.NaN : offset
        block.jitter[row] = Number.NaN
        block.remaining[row] = Number.NaN
        // One more than its source has.
        if (cursor.ok && stratum > HIGH_STRATUM && mayBeIsland(stratum))
          islands.add({ at: block.at[row]!, value: stratum - 1 })
        if (!cursor.ok || cursor.ended()) return
        if (cursor.word() !== 1) cursor.ok = false
        if (!cursor.ok || cursor.ended()) return
        cursor.integer()
        block.jitter[row] = cursor.decimal()
        if (cursor.ok && !cursor.ended()) block.remaining[row] = cursor.decimal()
        if (!cursor.ok || stratum !== 0 || cursor.ended()) return
        const begun = cursor.decimal() === 1 && cursor.decimal() === 1
        if (begun && cursor.ok) starts.add({ at: block.at[row]!, value: 1 })
      },
      other: cursor => skipHead(cursor, HEAD),
      flush: () => {
        islands.flush()
        starts.flush()
      },
    })
  },
}

function markOfWord(cursor: Cursor): number {
  const length = cursor.word()
  return markOf(cursor.bytes, cursor.at - length, cursor.at)
}
