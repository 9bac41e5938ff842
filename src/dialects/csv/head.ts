/**
 * The first line of a table: which column is the time, which the offset, and in which unit each is. A name is taken apart into words
 * (`ClockOffsetMicros`, `mean_offset_ms`, `Offset in µs`). Seconds are only what says so, or nothing: a word that could be a
 * unit and is none that is known (`offset_ticks`) makes the table one that nobody reads, since a guess would be wrong a thousandfold.
 */
import { readable } from '../log/cursor.ts'
import { cellsOf, separatorOf } from './cells.ts'

export interface Columns {
  readonly separator: string
  readonly time: number
  /** Where the date has a column of its own. */
  readonly date: number
  /** Of the time, where it is a number and its name says so. */
  readonly timeUnit: number | undefined
  readonly mjd: boolean
  readonly offset: number
  /** It is the clock's own error, as its phase is: positive, it is ahead (ITU-T G.810). */
  readonly phase: boolean
  readonly source: number
  /** Undefined: the head names none. */
  readonly unit: number | undefined
  readonly count: number
}

const NO_TIME =
  'it has a column called phase, and no unit says that it is a time: name it in the head (phase_ns), or days in a column mjd'

export type Head = { readonly columns: Columns } | { readonly refusal: string }

const SPELLINGS: readonly (readonly [number, string])[] = [
  [1, 's sec secs second seconds'],
  [1e-3, 'ms msec msecs millis milli millisecond milliseconds'],
  [1e-6, 'us usec usecs micros micro microsecond microseconds'],
  [1e-9, 'ns nsec nsecs nanos nano nanosecond nanoseconds'],
  [1e-12, 'ps psec psecs picos pico picosecond picoseconds'],
]
export const UNITS: ReadonlyMap<string, number> = new Map(
  SPELLINGS.flatMap(([unit, names]) => names.split(' ').map(name => [name, unit] as const)),
)
const TIME = words('time timestamp date datetime epoch utc t ts unix elapsed zeit datum mjd')
const DATE = words('date datum')
const SOURCE = words('source server peer host address')
/** What people write around the word, and what is no unit. */
const AROUND = words(
  'clock offset time system local ntp chrony ptp node timex mean avg average median last measured estimated in the of value phase',
)
/** A table has many rows, and each is asked whether it is a head. */
const LIKE_A_HEAD = /^[^\d+.-].*offset|^["#\s]*(?:time|date|epoch|zeit|datum|mjd)/i
const LONGEST_NAME = 80
const LONGEST_HEAD = 2000

/** Undefined where this is no head. */
export function readHead(text: string): Head | undefined {
  if (text.length > LONGEST_HEAD || !LIKE_A_HEAD.test(text)) return undefined
  const line = readable(text).replace(/^#\s*/, '')
  const separator = separatorOf(line)
  const names = separator && cellsOf(line, separator).map(wordsOf)
  if (!names || names.length < 2 || names.some(name => name.length === 0)) return undefined
  const all = names.map(name => name.filter(word => !UNITS.has(word)))
  const isTime = (name: readonly string[]) => name.length > 0 && name.every(word => TIME.has(word))
  const times = all.flatMap((name, i) => (isTime(name) ? [i] : []))
  if (times.length === 0) return undefined
  const date = times.length === 2 ? times.find(i => all[i]!.every(word => DATE.has(word))) : undefined
  const time = times.find(i => i !== date)!
  const offset = offsetOf(names)
  // Words with blanks between them are a sentence, unless they name both columns.
  if (typeof offset === 'string') return separator === ' ' ? undefined : { refusal: offset }
  const mjd = all[time]!.includes('mjd')
  const phase = !names[offset]!.includes('offset')
  const unit = unitsOf(names[offset]!)[0]
  // Other things have phases, too.
  if (phase && !mjd && unit === undefined) return separator === ' ' ? undefined : { refusal: NO_TIME }
  return {
    columns: {
      separator: separator!,
      time,
      date: date ?? -1,
      timeUnit: unitsOf(names[time]!)[0],
      mjd,
      offset,
      phase,
      source: all.findIndex(name => name.length === 1 && SOURCE.has(name[0]!)),
      unit,
      count: names.length,
    },
  }
}

/** Its column, or why there is none. */
function offsetOf(names: readonly (readonly string[])[]): number | string {
  const columnsOf = (what: string) => names.flatMap((name, i) => (name.includes(what) ? [i] : []))
  const offsets = columnsOf('offset')
  const named = offsets.length > 0 ? offsets : columnsOf('phase')
  if (named.length === 0) return 'none of its columns is called offset'
  const plain = named.filter(i => names[i]!.every(word => AROUND.has(word) || UNITS.has(word)))
  const [one, another] = plain.length > 0 ? plain : named
  if (another !== undefined)
    return 'it has several columns of offsets: write one file for each clock, with one of them'
  const units = unitsOf(names[one!]!)
  if (units.length > 1 || (units.length === 0 && plain.length === 0))
    return `the unit of “${names[one!]!.join(' ')}” is not known: name it in the head (s, ms, us or ns)`
  return one!
}

const unitsOf = (name: readonly string[]): number[] => [
  ...new Set(name.flatMap(word => UNITS.get(word) ?? [])),
]

function wordsOf(name: string): string[] {
  return name
    .slice(0, LONGEST_NAME)
    .replace(/[µμ]/g, 'u')
    .replace(/([a-z])(?=[A-Z])/g, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\d%]+/u)
    .filter(word => word !== '')
}

function words(all: string): ReadonlySet<string> {
  return new Set(all.split(' '))
}
