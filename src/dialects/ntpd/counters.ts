/**
 * ntpd's hourly counters, of which a diagnosis needs little: sysstats (13 fields, 14 in NTPsec; what the server did),
 * and of NTPsec usestats (what the process cost), ntsstats and ntskestats (packets and key exchanges of NTS). They are told
 * apart by which of their fields have decimals, as NTPsec's ntp_util.c writes them.
 */
import { readingBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { readMjd } from './mjd.ts'

interface Counters {
  readonly name: string
  /** The fields after the stamp: `i` a whole number, `f` one with three decimals. */
  readonly shapes: readonly string[]
  readonly quantity: string
  /** Which of them that is. */
  readonly field: number
}

export const sysstats = counters({
  name: 'ntpd sysstats',
  shapes: ['i'.repeat(11), 'i'.repeat(12)],
  quantity: 'packets received',
  field: 1,
})
export const usestats = counters({
  name: 'ntpd usestats',
  shapes: [`iff${'i'.repeat(9)}`],
  quantity: 'seconds of CPU in user mode',
  field: 1,
})
export const ntsstats = counters({
  name: 'ntpd ntsstats',
  shapes: ['i'.repeat(16)],
  quantity: 'packets with NTS that were not accepted',
  field: 3,
})
export const ntskestats = counters({
  name: 'ntpd ntskestats',
  shapes: ['iiffiffiffii'],
  quantity: 'NTS-KE requests that could not be served',
  field: 7,
})

function counters({ name, shapes, quantity, field }: Counters): LogFormat {
  const [shortest] = shapes as readonly [string]
  const longest = shapes.at(-1)!
  return {
    name,
    dated: true,
    first: DIGITS,
    open(into) {
      return columns(into, {
        create: room => readingBlock({ daemon: 'ntpd', format: name, file: into.file, quantity }, room),
        row(cursor, block, row) {
          readMjd(cursor, into.baseDay, block.at, row)
          let count = 0
          for (; cursor.ok && count < longest.length && !cursor.ended(); count++) {
            const value = cursor.decimal()
            if (cursor.decimals !== (longest[count] === 'f' ? 3 : -1) || value < 0) cursor.ok = false
            if (count === field) block.value[row] = value
          }
          if (!cursor.ended() || (count !== shortest.length && count !== longest.length)) cursor.ok = false
        },
      })
    },
  }
}
