/**
 * ntpd's hourly counters, of which a diagnosis needs little: sysstats (13 fields, 14 in NTPsec; what the server did),
 * usestats (NTPsec, 16 fields; what the process cost) and the counters of NTS.
 */
import { readingBlock } from '#core/trace/series.ts'
import { columns } from '../log/columns.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { readMjd } from './mjd.ts'

const MOST_FIELDS = 20

/** Which of the fields after the stamp is of interest, by how many there are. */
const BY_FIELDS: Readonly<Record<number, { readonly quantity: string; readonly field: number }>> = {
  11: { quantity: 'packets received', field: 1 },
  12: { quantity: 'packets received', field: 1 },
}

export const counters: LogFormat = {
  name: 'ntpd sysstats',
  dated: true,
  first: DIGITS,
  open(into) {
    const fields = new Float64Array(MOST_FIELDS)
    return columns(into, {
      create: room =>
        readingBlock(
          {
            daemon: 'ntpd',
            format: counters.name,
            file: into.file,
            quantity: 'packets received',
          },
          room,
        ),
      row(cursor, block, row) {
        block.at[row] = readMjd(cursor, into.baseDay)
        let count = 0
        while (cursor.ok && !cursor.ended() && count < MOST_FIELDS) fields[count++] = cursor.integer()
        const known = BY_FIELDS[count]
        if (!known || !cursor.ended()) cursor.ok = false
        else block.value[row] = fields[known.field]!
      },
    })
  },
}
