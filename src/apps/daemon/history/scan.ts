/**
 * Reading rows that may be damaged. A row with a wrong sum is skipped and counted. Rows are a chain (each knows the key
 * of the one before it), so it shows when SQLite was led astray by a damaged page and left some out, or when it refuses
 * to read at all. Then that range of keys is halved until what can be found has been found, and the rest is counted.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type RecordRow, recordSum } from './codec.ts'
import { floorSum, type PieceRow, pieceSum, type RunRow, runSum, TABLES, type TableName } from './schema.ts'

/** Keys from `lo` up to, not including, `hi`. */
export interface Range {
  readonly lo: number
  readonly hi: number
}

export type AnyRow = (RecordRow | RunRow) & { readonly to_s: number }

export interface Scanner {
  rows(table: TableName, range: Range, atOnce?: number): Iterable<AnyRow>
  /** The same from the end, for those who want only the newest. */
  rowsBackward(table: TableName, range: Range): Iterable<AnyRow>
  /** The first sound row of a range. */
  first(table: TableName, range: Range): AnyRow | undefined
  /** The same for a search, in which a wrong answer would hide more than one row. */
  probe(table: TableName, range: Range): AnyRow | undefined | 'unsure'
  /** Undefined when not all of them can be known, and so nothing is known of the order of wall time. */
  pieces(): readonly PieceRow[] | undefined
  /** Up to which key the records in full, or the minutes, have been given up. */
  floor(table: 'measurement' | 'minute'): number
  /** One more than the largest key that any record has. */
  end(): number
  /** How many rows and stretches could not be read so far. */
  damaged(): number
}

/** Enough to make a query cheap per row, small enough to hold no statement open for long. */
const ROWS_AT_ONCE = 512
/** A file that is damaged in more places than this is not worth more time. */
const MOST_DAMAGED = 10_000

export function createScanner(db: DatabaseSync): Scanner {
  const statements = new Map<string, StatementSync>()
  const damaged = new Set<string>()

  const ask = (sql: string): StatementSync => {
    let statement = statements.get(sql)
    if (!statement) {
      statement = db.prepare(sql)
      statements.set(sql, statement)
    }
    return statement
  }
  const remember = (table: string, key: number | string) => {
    if (damaged.size < MOST_DAMAGED) damaged.add(`${table} ${key}`)
  }
  const select = (table: TableName, range: Range, direction: 'ASC' | 'DESC', limit: number): AnyRow[] => {
    const { key, columns } = TABLES[table]
    const sql = `SELECT ${columns} FROM ${table} WHERE ${key} >= ? AND ${key} < ? ORDER BY ${key} ${direction} LIMIT ?`
    return ask(sql).all(range.lo, range.hi, limit) as unknown as AnyRow[]
  }
  /** Written by us, and asked for: a damaged page can lead the search astray. */
  const sound = (table: TableName, row: AnyRow, { lo, hi }: Range): boolean => {
    const good = ('last' in row ? runSum(row) : recordSum(row)) === row.crc && row.key >= lo && row.key < hi
    if (!good) remember(table, row.key)
    return good
  }

  function* rows(table: TableName, range: Range, atOnce = ROWS_AT_ONCE): Iterable<AnyRow> {
    const { hi } = range
    let last = range.lo - 1
    while (last + 1 < hi) {
      const found = attempt(table, { lo: last + 1, hi }, 'ASC', atOnce)
      const good = found?.filter(row => sound(table, row, { lo: last + 1, hi }))
      if (!found || (good!.length === 0 && found.length > 0))
        return yield* around(table, { lo: last + 1, hi })
      for (const row of good!) {
        if (row.key <= last) continue
        if (!reaches(table, last, row)) yield* around(table, { lo: last + 1, hi: row.key })
        last = row.key
        yield row
      }
      if (found.length < atOnce) {
        if (!closed(table, last, hi)) yield* around(table, { lo: last + 1, hi })
        return
      }
    }
  }

  function* rowsBackward(table: TableName, range: Range): Iterable<AnyRow> {
    const { lo } = range
    let after: AnyRow | undefined
    for (let hi = Math.min(range.hi, end()); lo < hi; ) {
      const found = attempt(table, { lo, hi }, 'DESC', ROWS_AT_ONCE)
      const good = found?.filter(row => sound(table, row, { lo, hi }))
      if (!found || (good!.length === 0 && found.length > 0)) return yield* backwards(table, { lo, hi })
      for (const row of good!) {
        if (row.key >= hi) continue
        if (after ? !reaches(table, row.key, after) : !closed(table, row.key, hi))
          yield* backwards(table, { lo: row.key + 1, hi })
        after = row
        hi = row.key
        yield row
      }
      if (found.length < ROWS_AT_ONCE) {
        if (after ? !reaches(table, lo - 1, after) : !closed(table, lo - 1, hi))
          yield* backwards(table, { lo, hi })
        return
      }
    }
  }

  /** Halve a range in which something is amiss. The stack is our own, because ranges can be long. */
  function* around(table: TableName, range: Range): Iterable<AnyRow> {
    const waiting = [{ lo: range.lo, hi: Math.min(range.hi, end()) }]
    for (let next = waiting.pop(); next && damaged.size < MOST_DAMAGED; next = waiting.pop()) {
      const { lo, hi } = next
      if (lo >= hi) continue
      const found = hi - lo <= ROWS_AT_ONCE ? attempt(table, next, 'ASC', ROWS_AT_ONCE) : undefined
      if (found && complete(table, next, found)) yield* found
      else if (hi - lo === 1) {
        if (found?.[0] && sound(table, found[0], next)) yield found[0]
        else remember(table, lo)
      } else {
        const middle = lo + Math.floor((hi - lo) / 2)
        waiting.push({ lo: middle, hi }, { lo, hi: middle })
      }
    }
  }

  function backwards(table: TableName, range: Range): AnyRow[] {
    return [...around(table, range)].reverse()
  }

  function attempt(
    table: TableName,
    range: Range,
    direction: 'ASC' | 'DESC',
    limit: number,
  ): AnyRow[] | undefined {
    try {
      return select(table, range, direction, limit)
    } catch {
      return undefined
    }
  }

  /** All rows of a range: sound, linked to each other, and to those on both sides of it. */
  function complete(table: TableName, range: Range, found: readonly AnyRow[]): boolean {
    let last = range.lo - 1
    for (const row of found) {
      if (!sound(table, row, range) || row.key <= last || !reaches(table, last, row)) return false
      last = row.key
    }
    return closed(table, last, range.hi)
  }

  /** Nothing is missing between a key and a row after it. What was before the oldest row has been given up. */
  function reaches(table: TableName, last: number, row: AnyRow): boolean {
    return row.prev <= Math.max(last, 0) || peek(table, { lo: 0, hi: row.key }, 'DESC') === undefined
  }

  /** Nothing is missing between a key and the end of a range. A damaged neighbour is no witness, and counted itself. */
  function closed(table: TableName, last: number, hi: number): boolean {
    const behind = peek(table, { lo: hi, hi: Infinity }, 'ASC')
    if (behind) return behind === 'damaged' || reaches(table, last, behind)
    const newest = peek(table, { lo: 0, hi: Infinity }, 'DESC')
    return newest === undefined || newest === 'damaged' || newest.key <= last
  }

  function peek(table: TableName, range: Range, direction: 'ASC' | 'DESC'): AnyRow | undefined | 'damaged' {
    const found = attempt(table, range, direction, 1)
    if (!found) return 'damaged'
    return found[0] && !sound(table, found[0], range) ? 'damaged' : found[0]
  }

  function probe(table: TableName, range: Range): AnyRow | undefined | 'unsure' {
    const found = attempt(table, range, 'ASC', 1)
    const row = found?.[0]
    if (!found || (row && !sound(table, row, range))) return 'unsure'
    const certain = row ? reaches(table, range.lo - 1, row) : closed(table, range.lo - 1, range.hi)
    return certain ? row : 'unsure'
  }

  function first(table: TableName, range: Range): AnyRow | undefined {
    for (const row of rows(table, range, 1)) return row
    return undefined
  }

  function pieces(): readonly PieceRow[] | undefined {
    try {
      const sql = 'SELECT first AS key, from_s, crc FROM piece ORDER BY first'
      const found = ask(sql).all() as unknown as PieceRow[]
      if (found.every(row => pieceSum(row) === row.crc)) return found
    } catch {
      // Counted below.
    }
    remember('piece', 'any')
    return undefined
  }

  function floor(table: 'measurement' | 'minute'): number {
    try {
      const row = ask('SELECT seq, crc FROM floor WHERE name = ?').get(table)
      if (row && floorSum(table, row.seq as number) === row.crc) return row.seq as number
      if (row) remember('floor', table)
    } catch {
      remember('floor', table)
    }
    // Not known: then everything that the coarser level has before the first row of this one.
    const key = first(table, { lo: 0, hi: Infinity })?.key ?? Infinity
    for (const row of rowsBackward(table === 'minute' ? 'hour' : 'minute', { lo: 0, hi: key }))
      if ((row as RunRow).last < key) return (row as RunRow).last
    return 0
  }

  function end(): number {
    let last = 0
    for (const [table, { key }] of Object.entries(TABLES)) {
      const column = key === 'first' ? 'last' : key
      try {
        const row = ask(`SELECT ${column} AS last FROM ${table} ORDER BY ${key} DESC LIMIT 1`).get()
        if (Number.isSafeInteger(row?.last)) last = Math.max(last, row!.last as number)
      } catch {
        remember(table, 'end')
      }
    }
    return last + 1
  }

  return { rows, rowsBackward, first, probe, pieces, floor, end, damaged: () => damaged.size }
}
