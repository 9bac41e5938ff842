/**
 * The tables. Everything is in order of arrival: `seq` counts records of all kinds, and is never given twice.
 *
 *   measurement   samples and estimates in full, for two days
 *   event         everything else in full, for two years
 *   minute, hour  sums of the measurements `first` … `last`, for sixty days and for two years
 *   piece         where the wall clock had gone back: inside a piece it runs forward
 *   floor         up to where a table has been given up, so that no reader counts anything twice
 *
 * There is no index. Within a piece wall time rises with `seq`, so a window is found by bisection, and no flipped byte
 * in an index can hide a row that is still there. And each row knows the one before it in its table (`prev`), so that
 * one which vanished is missed.
 */
import type { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { type RecordRow, recordSum } from './codec.ts'

/** "CLKW": tells our files from other people's (PRAGMA application_id). */
const APPLICATION_ID = 0x434c4b57
/** Counts changes of the tables. 1 had no links between rows, and was never released. */
const SCHEMA_VERSION = 2

export type TableName = 'measurement' | 'event' | 'minute' | 'hour'
export type LevelName = 'minute' | 'hour'

/** Records of one moment may be told out of order by so many seconds without beginning a new piece. */
export const SLACK = 1

export const LEVEL_SECONDS: Readonly<Record<LevelName, number>> = { minute: 60, hour: 3600 }

export interface RunRow {
  readonly key: number
  readonly prev: number
  readonly last: number
  readonly from_s: number
  readonly from_n: number
  readonly to_s: number
  readonly to_n: number
  /** How many seconds had been recorded at its end: its age, whatever the wall clock did since. */
  readonly lived: number
  readonly payload: string
  readonly crc: number
}

export interface PieceRow {
  readonly key: number
  readonly from_s: number
  readonly crc: number
}

const RECORDS = `(seq INTEGER PRIMARY KEY, prev INTEGER NOT NULL, wall_s INTEGER NOT NULL, wall_n INTEGER NOT NULL,
  mono_s INTEGER NOT NULL, mono_n INTEGER NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, crc INTEGER NOT NULL)`
const RUNS = `(first INTEGER PRIMARY KEY, prev INTEGER NOT NULL, last INTEGER NOT NULL, from_s INTEGER NOT NULL, from_n INTEGER NOT NULL,
  to_s INTEGER NOT NULL, to_n INTEGER NOT NULL, lived INTEGER NOT NULL, payload TEXT NOT NULL, crc INTEGER NOT NULL)`

const CREATE = `
  CREATE TABLE measurement ${RECORDS};
  CREATE TABLE event ${RECORDS};
  CREATE TABLE minute ${RUNS};
  CREATE TABLE hour ${RUNS};
  CREATE TABLE piece (first INTEGER PRIMARY KEY, from_s INTEGER NOT NULL, crc INTEGER NOT NULL);
  CREATE TABLE floor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL, crc INTEGER NOT NULL);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};`

const OF_RECORDS =
  'seq AS key, prev, wall_s AS from_s, wall_n AS from_n, wall_s AS to_s, mono_s, mono_n, kind, payload, crc'
const OF_RUNS = 'first AS key, prev, last, from_s, from_n, to_s, to_n, lived, payload, crc'

/** How a table is asked, with the same names for the same things. */
export const TABLES: Readonly<Record<TableName, { readonly key: string; readonly columns: string }>> = {
  measurement: { key: 'seq', columns: OF_RECORDS },
  event: { key: 'seq', columns: OF_RECORDS },
  minute: { key: 'first', columns: OF_RUNS },
  hour: { key: 'first', columns: OF_RUNS },
}

/**
 * A record is never written over another. A row of sums may be: when the old one was damaged, the new one has been
 * worked out again from the records.
 */
export const insertInto = (table: TableName): string =>
  table === 'minute' || table === 'hour'
    ? `INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
    : `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** A row as the columns of its table, with its sum. */
export function valuesOf(row: Omit<RecordRow, 'crc'> | Omit<RunRow, 'crc'>): (number | string)[] {
  const { key, prev, from_s, from_n, payload } = row
  return 'last' in row
    ? [key, prev, row.last, from_s, from_n, row.to_s, row.to_n, row.lived, payload, runSum(row)]
    : [key, prev, from_s, from_n, row.mono_s, row.mono_n, row.kind, payload, recordSum(row)]
}

export const runSum = (row: Omit<RunRow, 'crc'>): number =>
  crc32(
    `${row.key} ${row.prev} ${row.last} ${row.from_s} ${row.from_n} ${row.to_s} ${row.to_n} ${row.lived} ${row.payload}`,
  )
export const pieceSum = (row: Omit<PieceRow, 'crc'>): number => crc32(`${row.key} ${row.from_s}`)
export const floorSum = (name: string, seq: number): number => crc32(`${name} ${seq}`)

/**
 * Make a database durable: a commit returns when its pages are on the disk (WAL with synchronous FULL), so neither
 * the death of the process nor that of the power loses what was acknowledged. The log is written back early, in
 * pieces of 1 MB, so that no single append pays for much.
 */
export function prepareWriting(db: DatabaseSync): void {
  db.exec(`PRAGMA busy_timeout = 200;
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 256;
    PRAGMA journal_size_limit = 2097152;
    PRAGMA cell_size_check = ON;`)
}

export function prepareReading(db: DatabaseSync): void {
  db.exec('PRAGMA busy_timeout = 1000; PRAGMA cell_size_check = ON;')
}

/** Whatever happened: after some errors SQLite has ended the transaction already, and says so by another error. */
export function endTransaction(db: DatabaseSync, how: 'COMMIT' | 'ROLLBACK'): void {
  try {
    db.exec(how)
  } catch {
    // It has ended.
  }
}

export function createTables(db: DatabaseSync): void {
  db.exec(`BEGIN IMMEDIATE; ${CREATE} COMMIT;`)
}

/** What a database file holds, judged by its header and its list of tables. */
export function recognise(db: DatabaseSync): 'empty' | 'ours' | 'foreign' {
  const [id, version] = ['application_id', 'user_version'].map(
    name => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0],
  )
  const tables = new Set(
    db
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
      .all()
      .map(({ name }) => name),
  )
  if (tables.size === 0 && id === 0) return 'empty'
  const complete = [...Object.keys(TABLES), 'piece', 'floor'].every(name => tables.has(name))
  return id === APPLICATION_ID && version === SCHEMA_VERSION && complete ? 'ours' : 'foreign'
}
