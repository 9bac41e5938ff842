/**
 * Keeping the store small, a little with every append so that none of them takes long. What is given up first moves
 * behind a floor (one small row; readers stop looking below it), and is then deleted in slices.
 *
 * By age: records in full after `keepFull`, minutes after sixty days, hours and events after two years. By size: when
 * the file is larger than `maxBytes`, the oldest full records go first, then minutes, then hours, then events.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Seconds } from '#core/time/units.ts'
import type { Scanner } from './scan.ts'
import { floorSum, type LevelName, type RunRow, TABLES, type TableName } from './schema.ts'

export interface Limits {
  readonly keepFull: Seconds
  readonly keepMinutes: Seconds
  readonly keepHours: Seconds
  readonly maxEvents: number
  readonly maxBytes: number
}

const DAY: Seconds = 86_400
export const DEFAULT_LIMITS: Limits = {
  keepFull: 2 * DAY,
  keepMinutes: 60 * DAY,
  keepHours: 2 * 365 * DAY,
  maxEvents: 50_000,
  maxBytes: 256_000_000,
}

export interface Trimmer {
  /** One slice of work, inside of the transaction of an append. */
  slice(appended: { readonly records: number; readonly events: number }, lived: Seconds): void
  /** After a rollback: what was decided inside of the transaction did not happen. */
  resume(): void
}

/** Slices must outpace appends, and one slice should cost no more than a few appends do. */
const ROWS_PER_RECORD = 4
const LEAST_ROWS = 64
const RUNS_AT_ONCE = 16
const PAGES_AT_ONCE = 32
/** Free pages that may stay in the file: they are used again soon. */
const SPARE_PAGES = 256
/** How often, in records, age and size are looked at while there is nothing to do. */
const LOOK_EVERY = 64
const ANY = Number.MAX_SAFE_INTEGER

export function createTrimmer(db: DatabaseSync, scanner: Scanner, limits: Limits): Trimmer {
  const setFloor = db.prepare('INSERT OR REPLACE INTO floor VALUES (?, ?, ?)')
  const removal = Object.fromEntries(
    (Object.keys(TABLES) as TableName[]).map(table => [table, db.prepare(deleteOldest(table))]),
  ) as Record<TableName, StatementSync>
  // Prepared once: a statement is native memory, which the garbage collector does not see.
  const counters = Object.fromEntries(
    (['page_size', 'page_count', 'freelist_count'] as const).map(name => [
      name,
      db.prepare(`PRAGMA ${name}`),
    ]),
  )
  const removePieces = db.prepare(
    'DELETE FROM piece WHERE first < (SELECT max(first) FROM piece WHERE first <= ?)',
  )
  const pageSize = pragma('page_size')
  let busy = true
  let sinceLook = 0
  let events = countEvents()

  return {
    slice(appended, lived) {
      sinceLook += appended.records
      events += appended.events
      if (!busy && sinceLook < LOOK_EVERY) return
      sinceLook = 0
      busy = trim(Math.max(LEAST_ROWS, appended.records * ROWS_PER_RECORD), lived)
    },
    resume() {
      busy = true
      events = countEvents()
    },
  }

  /** True when there is more to do. */
  function trim(rows: number, lived: Seconds): boolean {
    const moved = moveFloors(lived)
    const removed =
      remove('measurement', scanner.floor('measurement'), rows) +
      remove('minute', scanner.floor('minute'), rows) +
      trimHours(lived, rows) +
      remove('event', ANY, Math.min(rows, Math.max(0, events - limits.maxEvents)))
    const cut = removed === 0 && !moved && tooLarge() && giveUpOldest(rows)
    return vacuum() || moved || removed > 0 || cut
  }

  function moveFloors(lived: Seconds): boolean {
    const full = past('minute', scanner.floor('measurement'), run => run.lived < lived - limits.keepFull)
    const minutes = past('hour', scanner.floor('minute'), run => run.lived < lived - limits.keepMinutes)
    return [raise('minute', minutes), raise('measurement', Math.max(full, minutes))].includes(true)
  }

  /** The file is too large although nothing in it is too old. The next level has its turn when this one is nearly empty. */
  function giveUpOldest(rows: number): boolean {
    const every = () => true
    const full = scanner.floor('measurement')
    const given = past('minute', full, every)
    raise('measurement', given)
    if (past('minute', given, every, 1) > given) return true
    const minutes = scanner.floor('minute')
    if (raise('minute', past('hour', minutes, every, 1))) return true
    return remove('hour', ANY, rows) + forgetPieces() > 0 || remove('event', ANY, rows) > 0
  }

  /** The end of the oldest runs that may go. A run that is not over has no row, so its records stay. */
  function past(
    level: LevelName,
    floor: number,
    mayGo: (run: RunRow) => boolean,
    atOnce = RUNS_AT_ONCE,
  ): number {
    let seen = 0
    for (const row of scanner.rows(level, { lo: floor + 1, hi: ANY }, atOnce)) {
      if (seen++ === atOnce || !mayGo(row as RunRow)) break
      floor = (row as RunRow).last
    }
    return floor
  }

  function raise(name: 'measurement' | 'minute', floor: number): boolean {
    if (floor <= scanner.floor(name)) return false
    setFloor.run(name, floor, floorSum(name, floor))
    return true
  }

  function trimHours(lived: Seconds, rows: number): number {
    const last = past('hour', 0, run => run.lived < lived - limits.keepHours)
    if (last === 0) return 0
    return remove('hour', last, rows) + remove('event', last, rows) + forgetPieces()
  }

  /** Pieces that begin before everything that is kept, but for the last of them. */
  function forgetPieces(): number {
    const range = { lo: 0, hi: ANY }
    const firsts = (Object.keys(TABLES) as TableName[]).map(table => scanner.first(table, range)?.key ?? ANY)
    return Number(removePieces.run(Math.min(...firsts)).changes)
  }

  function remove(table: TableName, upTo: number, rows: number): number {
    if (upTo === 0 || rows === 0) return 0
    const removed = Number(removal[table].run(upTo, rows).changes)
    if (table === 'event') events -= removed
    return removed
  }

  /** Give free pages back to the file system when there are more than soon will be used. */
  function vacuum(): boolean {
    const free = pragma('freelist_count')
    if (free <= SPARE_PAGES) return false
    // Takes a step per page, and `exec` takes all of them.
    db.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`)
    return pragma('freelist_count') < free
  }

  function tooLarge(): boolean {
    return (pragma('page_count') - pragma('freelist_count')) * pageSize > limits.maxBytes
  }

  function countEvents(): number {
    return Number(db.prepare('SELECT count(*) AS n FROM event').get()?.n)
  }

  function pragma(name: 'page_size' | 'page_count' | 'freelist_count'): number {
    return Number(Object.values(counters[name]!.get() ?? {})[0])
  }
}

function deleteOldest(table: TableName): string {
  const { key } = TABLES[table]
  return `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${key} <= ? ORDER BY ${key} LIMIT ?)`
}
