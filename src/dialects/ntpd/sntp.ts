/**
 * What sntp and ntpdig print of each server that they asked: when, its offset (positive: the clock is behind), the bound of that, the
 * server. With -S or -s they then set the clock, which this line does not tell.
 */
import { dayNumber } from '#core/time/civil.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { textLines } from '../log/text.ts'
import { SampleRows } from '../sample-rows.ts'

const LINE =
  /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d\.\d{1,6}) \(([+-])(\d\d)(\d\d)\) ([+-]\d{1,12}(?:\.\d{1,6})?)(?: \+\/- \d{1,12}\.\d{1,6})? (\S{1,255})(?: \S{1,80})? s\d{1,2} (?:no-leap|add-leap|del-leap|unsync)/

export const sntp: LogFormat = {
  name: 'sntp',
  dated: true,
  first: DIGITS,
  open(into) {
    const rows = new SampleRows(into, { daemon: 'other', format: sntp.name })
    const reader = textLines((text, line) => {
      const match = LINE.exec(text)
      if (!match) return false
      const [, year, month, day, hours, minutes, seconds, sign, east, eastMinutes, offset, source] =
        match as unknown as string[]
      const date = dayNumber(Number(year), Number(month), Number(day)) - into.baseDay
      const zone = (Number(east) * 60 + Number(eastMinutes)) * (sign === '-' ? -60 : 60)
      const at = date * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - zone
      rows.add({ at, line, source: source!, offset: Number(offset), delay: Number.NaN })
      return true
    })
    return Object.assign(reader, { flush: () => rows.flush() })
  },
}
