/**
 * Answers out of the tables, for the process that writes them and for any other that may read the file.
 *
 * A window of wall time is found piece by piece: inside a piece wall time rises with the order of arrival (give or
 * take SLACK, because records of one moment may be told out of order), so both ends are found by bisection.
 * A plot is put together from the levels: what is no longer kept in full comes from minutes, what is no longer kept in
 * minutes from hours. Each record is counted once, because the floors say where one level takes over from the other.
 */
import { type Instant, instant } from '#core/time/instant.ts'
import { NS_PER_SECOND } from '#core/time/units.ts'
import type { Bucket, History, SeriesName, Window } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { decodePayload, decodeRecord, isMeasurement, joinTime, type RecordRow } from './codec.ts'
import type { AnyRow, Range, Scanner } from './scan.ts'
import { LEVEL_SECONDS, type RunRow, SLACK, type TableName } from './schema.ts'
import { pickSeries, plottable, SERIES, single, squeeze } from './sums.ts'

export type Reader = Pick<History, 'records' | 'series' | 'extent'>

/** Beyond so many rows a coarser level is read, when nobody could see the difference … */
const MANY_ROWS = 10_000
/** … and beyond so many even when one could: a question must not hold up the agent. */
const TOO_MANY_ROWS = 200_000

export function createReader(scanner: Scanner): Reader {
  return {
    records({ kinds, limit, ...window }) {
      const end = scanner.end()
      const tables: TableName[] = []
      if (!kinds || kinds.some(isMeasurement)) tables.push('measurement')
      if (!kinds || kinds.some(kind => !isMeasurement(kind))) tables.push('event')
      const found = tables.map(table => {
        const floor = table === 'measurement' ? scanner.floor('measurement') : 0
        return newest(table, { lo: floor + 1, hi: end }, window, kinds, limit)
      })
      const merged = found.flat().sort((a, b) => a.key - b.key)
      return (limit === undefined ? merged : merged.slice(-limit)).map(({ record }) => record)
    },

    series({ of, source, buckets, ...window }) {
      if (window.from > window.to) return []
      return squeeze(items(of, source, window, buckets), window, buckets)
    },

    extent() {
      let from: Instant | undefined
      let to: Instant | undefined
      for (const row of edges()) {
        const [begin, end] = bounds(row)
        if (from === undefined || begin < from) from = begin
        if (to === undefined || end > to) to = end
      }
      return from === undefined || to === undefined ? undefined : { from, to }
    },
  }

  /** Matching records of a table, from the end as far as wanted. */
  function newest(
    table: TableName,
    all: Range,
    window: Window,
    kinds: readonly TraceRecord['kind'][] | undefined,
    limit = Infinity,
  ): { key: number; record: TraceRecord }[] {
    const found: { key: number; record: TraceRecord }[] = []
    for (const range of rangesWithin(table, all, window).reverse())
      for (const row of scanner.rowsBackward(table, range) as Iterable<RecordRow>) {
        if (found.length >= limit) return found
        if (kinds && !kinds.includes(row.kind as TraceRecord['kind'])) continue
        const record = decodeRecord(row)
        if (record && record.at.wall >= window.from && record.at.wall <= window.to)
          found.push({ key: row.key, record })
      }
    return found
  }

  /** What a plot is made of, in order of arrival. */
  function* items(
    of: SeriesName,
    source: string | undefined,
    window: Window,
    buckets: number,
  ): Iterable<Bucket> {
    const end = scanner.end()
    const minutesFrom = scanner.floor('minute') + 1
    const fullFrom = Math.max(scanner.floor('measurement') + 1, minutesFrom)
    const level = chooseLevel({ lo: fullFrom, hi: end }, { lo: minutesFrom, hi: end }, window, buckets)
    // Where the finer level takes over: nothing of a coarser one is read beyond these.
    const minutesTo = level === 'measurement' ? fullFrom : afterLast('minute')
    const hoursTo = level === 'hour' ? afterLast('hour') : minutesFrom
    yield* summed('hour', { lo: 0, hi: hoursTo }, of, source, window)
    yield* summed('minute', { lo: hoursTo, hi: minutesTo }, of, source, window)
    yield* measured({ lo: Math.max(minutesTo, fullFrom), hi: end }, of, source, window)
  }

  function* measured(
    all: Range,
    of: SeriesName,
    source: string | undefined,
    window: Window,
  ): Iterable<Bucket> {
    const { kind, field } = SERIES[of]
    for (const range of rangesWithin('measurement', all, window))
      for (const row of scanner.rows('measurement', range) as Iterable<RecordRow>) {
        if (row.kind !== kind) continue
        const at = joinTime(row.from_s, row.from_n)
        if (at < window.from || at > window.to) continue
        const fields = decodePayload(row)
        if (!fields || (kind === 'sample' && source !== undefined && fields.source !== source)) continue
        const value = plottable(fields[field])
        if (value !== undefined) yield single(at, value)
      }
  }

  function* summed(
    table: 'minute' | 'hour',
    all: Range,
    of: SeriesName,
    source: string | undefined,
    window: Window,
  ): Iterable<Bucket> {
    for (const range of rangesWithin(table, all, window))
      for (const row of scanner.rows(table, range) as Iterable<RunRow>) {
        const [from, to] = bounds(row)
        if (to < window.from || from > window.to) continue
        yield* pickSeries(row.payload, from, SERIES[of], source)
      }
  }

  /** The finest level that does not read far more rows than the plot has points. */
  function chooseLevel(full: Range, minutes: Range, window: Window, buckets: number): TableName {
    const seconds = Number((window.to - window.from) / NS_PER_SECOND)
    const width = seconds / buckets
    const tooDear = (rows: number, next: number) =>
      rows > TOO_MANY_ROWS || (rows > MANY_ROWS && next <= width)
    const inFull = keys(rangesWithin('measurement', full, window))
    if (!tooDear(inFull, LEVEL_SECONDS.minute)) return 'measurement'
    const inMinutes = Math.min(keys(rangesWithin('minute', minutes, window)), seconds / 60 + 1)
    return tooDear(inMinutes, LEVEL_SECONDS.hour) ? 'hour' : 'minute'
  }

  /** Ranges of keys, in order, outside of which no row of the window lies. */
  function rangesWithin(table: TableName, all: Range, window: Window): Range[] {
    if (all.lo >= all.hi) return []
    const pieces = scanner.pieces()
    if (!pieces) return [all]
    const from = Number(window.from / NS_PER_SECOND) - SLACK - 1
    const to = Number(window.to / NS_PER_SECOND) + SLACK + 1
    const found = pieces.map((piece, i) => {
      const range = { lo: Math.max(all.lo, piece.key), hi: Math.min(all.hi, pieces[i + 1]?.key ?? all.hi) }
      const lo = bisect(table, range, row => row.to_s >= from) ?? range.lo
      return { lo, hi: bisect(table, { lo, hi: range.hi }, row => row.from_s > to) ?? range.hi }
    })
    // Of rows before the first piece (there are some only after a salvage) no order is known.
    const before = { lo: all.lo, hi: Math.min(all.hi, pieces[0]?.key ?? all.hi) }
    return [before, ...found].filter(({ lo, hi }) => lo < hi)
  }

  /** The smallest key from which on `reached` holds, given that it goes on to hold; undefined when damage is in the way. */
  function bisect(table: TableName, range: Range, reached: (row: AnyRow) => boolean): number | undefined {
    let { lo, hi } = range
    while (lo < hi) {
      const middle = lo + Math.floor((hi - lo) / 2)
      const row = scanner.probe(table, { lo: middle, hi })
      if (row === 'unsure') return undefined
      if (row === undefined || reached(row)) hi = middle
      else lo = row.key + 1
    }
    return lo
  }

  function afterLast(table: 'minute' | 'hour'): number {
    for (const row of scanner.rowsBackward(table, { lo: 0, hi: Infinity }) as Iterable<RunRow>)
      return row.last + 1
    return 0
  }

  /** The rows among which the earliest and the latest reading of each piece must be. */
  function* edges(): Iterable<AnyRow> {
    const pieces = scanner.pieces() ?? []
    const end = scanner.end()
    const floors = {
      measurement: scanner.floor('measurement'),
      minute: scanner.floor('minute'),
      hour: 0,
      event: 0,
    }
    for (const [table, floor] of Object.entries(floors) as [TableName, number][])
      for (let i = -1; i < pieces.length; i++) {
        const lo = Math.max(floor + 1, i < 0 ? 0 : pieces[i]!.key)
        const range = { lo, hi: pieces[i + 1]?.key ?? end }
        if (lo >= range.hi) continue
        yield* whileNear(scanner.rows(table, range), (row, first) => row.from_s <= first.from_s + SLACK)
        yield* whileNear(scanner.rowsBackward(table, range), (row, last) => row.to_s >= last.to_s - SLACK)
      }
  }
}

function* whileNear(rows: Iterable<AnyRow>, near: (row: AnyRow, first: AnyRow) => boolean): Iterable<AnyRow> {
  let first: AnyRow | undefined
  for (const row of rows) {
    first ??= row
    if (!near(row, first)) return
    yield row
  }
}

function bounds(row: AnyRow): [Instant, Instant] {
  const from = instant(joinTime(row.from_s, row.from_n))
  return 'last' in row ? [from, instant(joinTime(row.to_s, row.to_n))] : [from, from]
}

const keys = (ranges: readonly Range[]): number => ranges.reduce((sum, { lo, hi }) => sum + hi - lo, 0)
