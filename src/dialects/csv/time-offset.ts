/**
 * Any table of time and offset: comma, semicolon or tab between the columns, blanks where a head says what they are. The head may name the
 * columns in any order, and the unit of the offset (`offset_ms`, `offset (us)`); without one there are two, and seconds. That a
 * positive offset means behind is taken from RFC 5905, and that a positive phase means ahead from ITU-T G.810: no table says it. What is written in two ways by two people (a date with slashes, numbers
 * without names) is refused, with what to write instead.
 */
import type { Seconds } from '#core/time/units.ts'
import { readable } from '../log/cursor.ts'
import { CAPITALS, DIGITS, type LineReader, type LogFormat } from '../log/format.ts'
import { textLines } from '../log/text.ts'
import { SampleRows } from '../sample-rows.ts'
import { cellsOf, separatorOf } from './cells.ts'
import { type Columns, readHead, UNITS } from './head.ts'
import { readWhen } from './when.ts'

const FIRST = `${DIGITS}${CAPITALS}${CAPITALS.toLowerCase()}"#+-.`
const OFFSET = /^([+-]?\d{1,12})(?:([.,])(\d{1,20}))?([eE][+-]?\d{1,2})?(?: ?([a-z\u03bc\xb5]{1,12}))?$/
const NUMBERS = /^[\d.,;:+\-TZeE"\s]*\d[\d.,;:+\-TZeE"\s]*$/
/** Behind a comma without a head: `date` with some locales, and Python's logs. */
const DECIMALS_OF_A_TIME = /^(?:\d{3}|\d{6}|\d{9})$/
/** A file of one number is something else: a drift, the number of a process. */
const SOME = 3
const NAMELESS =
  'it has numbers without names: write a head above them, such as time,offset_us, and a time before each'
const DAY: Seconds = 86_400
/** What is assumed of them, since no file says it. */
export const PHASES = 'phase of the clock: positive ahead, seconds where no unit is named'

export const timeOffset: LogFormat = {
  name: 'time,offset',
  dated: true,
  first: FIRST,
  open(into) {
    const offsets = new SampleRows(into, { daemon: 'other', format: timeOffset.name })
    const phases = new SampleRows(into, { daemon: 'other', format: PHASES })
    /** Where the head was refused its rows are nobody's. */
    let columns: Columns | 'nobody’s' | undefined
    let [headAt, numbers] = [0, 0]
    const reader: LineReader & { refusal: string | undefined } = Object.assign(
      textLines((text, line, reclaim) => {
        const head = readHead(text)
        if (head) {
          columns = 'columns' in head ? head.columns : 'nobody’s'
          if ('refusal' in head) refuse(head.refusal)
          headAt = line
          // Its first row takes it: alone it is a table of nothing.
          return false
        }
        const row = columns === 'nobody’s' ? undefined : readRow(text, columns)
        if (!row && columns === undefined && NUMBERS.test(text) && ++numbers === SOME) refuse(NAMELESS)
        if (row && 'refusal' in row) refuse(row.refusal)
        if (!row || 'refusal' in row) return false
        if (headAt === line - 1) reclaim()
        const isPhase = typeof columns === 'object' && columns.phase
        const rows = isPhase ? phases : offsets
        rows.add({
          at: row.at - into.baseDay * DAY,
          line,
          source: row.source,
          offset: isPhase ? -row.offset : row.offset,
          delay: Number.NaN,
        })
        return true
      }),
      {
        refusal: undefined,
        flush() {
          offsets.flush()
          phases.flush()
        },
      },
    )
    const refuse = (why: string) => {
      reader.refusal ??= why
    }
    return reader
  },
}

interface Row {
  readonly at: Seconds
  readonly source: string
  readonly offset: Seconds
}

function readRow(text: string, named: Columns | undefined): Row | { readonly refusal: string } | undefined {
  const columns = named ?? columnsOf(text)
  const cells = columns && cellsOf(text, columns.separator)
  if (cells?.length !== columns?.count || !columns || !cells) return undefined
  const time = cells[columns.time]!
  const when = readWhen(columns.date < 0 ? time : `${cells[columns.date]} ${time}`, {
    unit: columns.timeUnit,
    mjd: columns.mjd,
  })
  // Without a head it may be anything that begins with a number.
  if (!when || 'refusal' in when) return named && when
  const offset = readOffset(cells[columns.offset]!, columns)
  if (offset === undefined || (!named && DECIMALS_OF_A_TIME.test(cells[columns.offset]!))) return undefined
  return { ...when, source: cells[columns.source]?.slice(0, 80) ?? 'reference', offset }
}

/** A comma is the decimal point where semicolons separate, and elsewhere only where it cannot be that of thousands. */
function readOffset(text: string, { separator, unit }: Columns): Seconds | undefined {
  const match = OFFSET.exec(readable(text))
  if (!match) return undefined
  const [, whole, point, decimals = '', exponent = '', suffix] = match
  const decimalComma = separator === ';' || (separator === '\t' && /^[+-]?0$/.test(whole!))
  if (point === ',' && !decimalComma) return undefined
  const own = suffix === undefined ? undefined : UNITS.get(suffix.replace(/[\u03bc\xb5]/, 'u'))
  if (suffix !== undefined && (own === undefined || (unit !== undefined && unit !== own))) return undefined
  return Number(`${whole}.${decimals}${exponent}`) * (own ?? unit ?? 1)
}

/** Without a head: two columns, the time first. */
function columnsOf(text: string): Columns | undefined {
  const separator = separatorOf(text)
  if (separator === undefined || separator === ' ') return undefined
  return {
    separator,
    time: 0,
    date: -1,
    timeUnit: undefined,
    mjd: false,
    offset: 1,
    phase: false,
    source: -1,
    unit: undefined,
    count: 2,
  }
}
