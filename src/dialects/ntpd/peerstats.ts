/**
 * peerstats: a line for each sample that ntpd's clock filter let through.
 * Day, seconds, address, status word in hex, offset, delay, dispersion, jitter: all in seconds, the offset server minus
 * local (ntpd's monitoring options). Where packets are lost a filter may hold no sample at all: its row has zeros for offset and delay,
 * and nothing was measured. Nor was it where none of the last eight packets was answered: such a row repeats what was measured last.
 * The driver of the machine's own clock writes rows of zeros, too: it is no source.
 */
import { sampleBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { readMjd } from './mjd.ts'
import { OwnClockRows } from './own-clock.ts'
import { LOCAL_CLOCK } from './sources.ts'

/** Of the status word (ntp_control.h, CTL_PST_REACH). */
const REACHED = 0x1000

export const peerstats: LogFormat = {
  name: 'ntpd peerstats',
  dated: true,
  first: DIGITS,
  apart: true,
  open(into) {
    const own = new OwnClockRows(into, peerstats.name)
    return columns(into, {
      create: room =>
        sampleBlock({ daemon: 'ntpd', format: peerstats.name, file: into.file, exchanges: false }, room),
      row(cursor, block, row) {
        readMjd(cursor, into.baseDay, block.at, row)
        if (!cursor.ok) return
        block.source[row] = into.sources.read(cursor)
        const status = cursor.hex()
        if (!cursor.ok) return
        if (into.census) {
          cursor.pointed()
          return
        }
        cursor.decimalInto(block.offset, row)
        // Counters have no point.
        if (cursor.decimals < 0) cursor.ok = false
        cursor.decimalsInto(block.delay, block.dispersion, block.jitter, row)
        const still = block.delay[row] === 0
        if (still && LOCAL_CLOCK.test(into.sources.names[block.source[row]!] ?? '')) cursor.ok = false
        else if ((still && block.offset[row] === 0) || (status & REACHED) === 0)
          block.delay[row] = block.offset[row] = Number.NaN
      },
      other: (cursor, line) => own.take(cursor, line),
      flush: () => own.flush(),
    })
  },
}
