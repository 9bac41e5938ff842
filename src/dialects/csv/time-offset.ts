/**
 * Any table of time and offset: comma, semicolon or tab between the columns, with a head or without. The time is ISO 8601 in
 * UTC or seconds since 1970. A head may name the columns in any order, and the unit of the offset (`offset_ms`,
 * `offset (us)`); seconds otherwise. That a positive offset means behind is taken from RFC 5905: no table says it.
 */
import { dayNumber } from '#core/time/civil.ts'
import { CAPITALS, DIGITS, type LogFormat } from '../log/format.ts'
import { textLines } from '../log/text.ts'
import { SampleRows } from '../sample-rows.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1, sec: 1, seconds: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 }
const TIME = /^"?(?:time|timestamp|date|datetime|epoch|utc)(?:[ _]?\(?(?:s|utc)\)?)?"?$/i
const OFFSET = /^"?(?:clock[ _])?offset(?:[ _]?[([]?(s|sec|ms|us|ns|seconds)[)\]]?)?"?$/i
const SOURCE = /^"?(?:source|server|peer|host|address)"?$/i
const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)Z?$/
/** 2001 to 2100. */
const EPOCH = /^(?:[1-3]\d{9}|40\d{8})(?:\.\d{1,9})?$/
const NUMBER = /^[+-]?\d{1,12}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,2})?$/
const MOST_COLUMNS = 40
const DAY = 86_400

interface Columns {
  readonly separator: string
  readonly time: number
  readonly offset: number
  readonly source: number
  readonly unit: number
  readonly count: number
}

export const timeOffset: LogFormat = {
  name: 'time,offset',
  dated: true,
  first: `${DIGITS}${CAPITALS}${CAPITALS.toLowerCase()}"`,
  open(into) {
    const rows = new SampleRows(into, { daemon: 'other', format: timeOffset.name })
    let columns: Columns | undefined
    const reader = textLines((text, line) => {
      const head = readHead(text)
      if (head) {
        columns = head
        return true
      }
      const all = columns ?? columnsOf(text)
      const fields = all && text.split(all.separator, MOST_COLUMNS).map(field => field.trim())
      if (!fields || fields.length !== all.count) return false
      const at = readTime(fields[all.time]!)
      const offset = fields[all.offset]!
      if (at === undefined || !NUMBER.test(offset)) return false
      rows.add({
        at: at - into.baseDay * DAY,
        line,
        source: fields[all.source]?.slice(0, 80) ?? 'reference',
        offset: Number(offset) * all.unit,
        delay: Number.NaN,
      })
      return true
    })
    return Object.assign(reader, { flush: () => rows.flush() })
  },
}

function readHead(text: string): Columns | undefined {
  if (!/offset/i.test(text)) return undefined
  const separator = separatorOf(text)
  const names = separator && text.split(separator, MOST_COLUMNS).map(name => name.trim())
  if (!names) return undefined
  const time = names.findIndex(name => TIME.test(name))
  const offset = names.findIndex(name => OFFSET.test(name))
  if (time < 0 || offset < 0) return undefined
  const unit = OFFSET.exec(names[offset]!)?.[1]?.toLowerCase() ?? 's'
  const source = names.findIndex(name => SOURCE.test(name))
  return { separator, time, offset, source, unit: UNITS[unit] ?? 1, count: names.length }
}

/** Without a head: two columns, the time first. */
function columnsOf(text: string): Columns | undefined {
  const separator = separatorOf(text)
  return separator ? { separator, time: 0, offset: 1, source: -1, unit: 1, count: 2 } : undefined
}

const separatorOf = (text: string): string | undefined => [',', ';', '\t'].find(each => text.includes(each))

/** Seconds since 1970. */
function readTime(text: string): number | undefined {
  const value = text.replace(/^"|"$/g, '')
  if (EPOCH.test(value)) return Number(value)
  const iso = ISO.exec(value)
  if (!iso) return undefined
  const [, year, month, day, hours, minutes, seconds] = iso.map(Number) as number[]
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31) return undefined
  return dayNumber(year!, month!, day!) * DAY + hours! * 3600 + minutes! * 60 + seconds!
}
