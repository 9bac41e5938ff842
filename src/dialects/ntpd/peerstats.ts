/**
 * peerstats: a line for each sample that ntpd's clock filter let through.
 * Day, seconds, address, status word in hex, offset, delay, dispersion, jitter: all in seconds, the offset server minus
 * local (ntpd's monitoring options). Where packets are lost a filter may hold no sample at all: its row has zeros for offset and delay,
 * and nothing was measured. Nor was it where none of the last eight packets was answered: such a row repeats what was measured last.
 * The driver of the machine's own clock writes rows of zeros, too: it is no source.
 */
import type { Seconds } from '#core/time/units.ts'
import { markOfName } from '#core/trace/mark.ts'
import { SYSTEM_PEER, sampleBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { ReadingRows } from '../reading-rows.ts'
import { readMjd } from './mjd.ts'
import { OwnClockRows } from './own-clock.ts'
import { LOCAL_CLOCK } from './sources.ts'

/** Of the status word (ntp_control.h, CTL_PST_REACH). */
const REACHED = 0x1000
/** Its bits of the selection, and what they are of the system peer, in all releases (CTL_PST_SEL_SYSPEER). */
const SELECTION = 0x0700
const OF_SYSTEM_PEER = 0x0600

export const peerstats: LogFormat = {
  name: 'ntpd peerstats',
  dated: true,
  first: DIGITS,
  apart: true,
  open(into) {
    const own = new OwnClockRows(into, peerstats.name)
    const peers = new ReadingRows(into, { daemon: 'ntpd', format: peerstats.name, quantity: SYSTEM_PEER })
    let followed = -1
    const follow = (source: number, at: Seconds) => {
      followed = source
      peers.add({ at, value: markOfName(into.sources.names[source] ?? '') })
    }
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
        if ((status & SELECTION) === OF_SYSTEM_PEER && block.source[row] !== followed && cursor.ok)
          follow(block.source[row]!, block.at[row]!)
      },
      other: (cursor, line) => own.take(cursor, line),
      flush: () => {
        own.flush()
        peers.flush()
      },
    })
  },
}
