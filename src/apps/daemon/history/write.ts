/**
 * Writing records in order of arrival, and summing them up on the way: each minute that is over leaves a row of sums,
 * each hour that is over is merged from its minutes. What is summed and not yet written is only ever what can be read
 * again from the tables, so a kill loses nothing: `resume` rebuilds it.
 *
 * Age is counted in seconds of recording (by the monotonic counter), never by the wall clock: on a machine whose clock
 * jumps ten years ahead and back, two days of records are still two days of records.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Monotonic, monotonic, since } from '#core/time/instant.ts'
import { NS_PER_SECOND, type Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import {
  bootOf,
  decodePayload,
  encodeRecord,
  isMeasurement,
  joinTime,
  type RecordRow,
  splitTime,
  type Unsummed,
} from './codec.ts'
import type { Scanner } from './scan.ts'
import {
  insertInto,
  LEVEL_SECONDS,
  type LevelName,
  pieceSum,
  type RunRow,
  SLACK,
  TABLES,
  type TableName,
  valuesOf,
} from './schema.ts'
import { addToSums, decodeSums, encodeSums, mergeSums, type Sums } from './sums.ts'

export interface Writer {
  /** Inside of a transaction that the caller commits. After a rollback, call `resume`. */
  write(record: TraceRecord): void
  resume(): void
  /** Seconds recorded so far. */
  lived(): Seconds
}

/** Consecutive records of one piece in one minute, or consecutive minutes of one piece in one hour. */
interface Run {
  readonly first: number
  readonly piece: number
  readonly slot: number
  last: number
  from: bigint
  to: bigint
  lived: number
  readonly sums: Sums
}

interface State {
  next: number
  /** The newest key of each table. */
  readonly last: Record<TableName, number>
  piece: { readonly first: number; latest: bigint } | undefined
  minute: Run | undefined
  hour: Run | undefined
  lived: Seconds
  counter: Monotonic | undefined
  boot: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

export function createWriter(db: DatabaseSync, scanner: Scanner): Writer {
  const inserts = Object.fromEntries(
    (Object.keys(TABLES) as TableName[]).map(table => [table, db.prepare(insertInto(table))]),
  ) as Record<TableName, StatementSync>
  const insertPiece = db.prepare('INSERT INTO piece VALUES (?, ?, ?)')
  let state = blank()
  resume()
  return { write, resume, lived: () => state.lived }

  function write(record: TraceRecord): void {
    const table = isMeasurement(record.kind) ? 'measurement' : 'event'
    const row = encodeRecord(record, { key: state.next++, prev: state.last[table] })
    state.last[table] = row.key
    const { wall } = record.at
    age(row)
    if (!state.piece || wall < state.piece.latest - BigInt(SLACK) * NS_PER_SECOND) beginPiece(row, wall)
    else if (wall > state.piece.latest) state.piece.latest = wall
    if (state.minute && state.minute.slot !== slotOf(row.from_s, 'minute')) closeMinute()
    addToMinute(row, wall, record as unknown as Fields)
    inserts[table].run(...valuesOf(row))
  }

  /** Time has passed when the counter of one boot went on. How long a machine was off, nobody counted. */
  function age(row: Unsummed): void {
    const counter = monotonic(joinTime(row.mono_s, row.mono_n))
    const boot = bootOf(row) ?? state.boot
    if (boot === state.boot && state.counter !== undefined)
      state.lived += Math.max(0, since(counter, state.counter))
    state.boot = boot
    state.counter = counter
  }

  function beginPiece(row: Unsummed, wall: bigint): void {
    closeMinute()
    state.piece = { first: row.key, latest: wall }
    const begun = { key: row.key, from_s: row.from_s }
    insertPiece.run(begun.key, begun.from_s, pieceSum(begun))
  }

  function addToMinute(row: Unsummed, wall: bigint, fields: Fields): void {
    state.minute ??= {
      first: row.key,
      last: row.key,
      piece: state.piece?.first ?? 0,
      slot: slotOf(row.from_s, 'minute'),
      from: wall,
      to: wall,
      lived: 0,
      sums: new Map(),
    }
    extend(state.minute, { last: row.key, from: wall, to: wall })
    if (isMeasurement(row.kind)) addToSums(state.minute.sums, row.kind, fields, wall)
  }

  function closeMinute(): void {
    const { minute } = state
    if (!minute) return
    state.minute = undefined
    minute.lived = Math.floor(state.lived)
    insert('minute', minute)
    addToHour(minute)
  }

  function addToHour(minute: Run): void {
    const slot = slotOf(splitTime(minute.from).s, 'hour')
    const { hour } = state
    if (hour && hour.slot === slot && hour.piece === minute.piece) {
      extend(hour, minute)
      mergeSums(hour.sums, minute.sums)
      hour.lived = minute.lived
      return
    }
    if (hour) insert('hour', hour)
    state.hour = { ...minute, slot }
  }

  function insert(level: LevelName, run: Run): void {
    const [from, to] = [splitTime(run.from), splitTime(run.to)]
    const row: Omit<RunRow, 'crc'> = {
      key: run.first,
      prev: state.last[level],
      last: run.last,
      from_s: from.s,
      from_n: from.n,
      to_s: to.s,
      to_n: to.n,
      lived: run.lived,
      payload: encodeSums(run.sums, run.from),
    }
    state.last[level] = row.key
    inserts[level].run(...valuesOf(row))
  }

  /** Everything that is held in memory, out of the tables. */
  function resume(): void {
    const piece = scanner.pieces()?.at(-1)
    const minute = newestRun('minute')
    const hour = newestRun('hour')
    state = {
      ...blank(),
      next: scanner.end(),
      last: {
        measurement: newestKey('measurement'),
        event: newestKey('event'),
        minute: minute?.key ?? 0,
        hour: hour?.key ?? 0,
      },
      piece: piece && { first: piece.key, latest: joinTime(piece.from_s, 0) },
      lived: Math.max(minute?.lived ?? 0, hour?.lived ?? 0),
    }
    for (const row of scanner.rows('minute', { lo: (hour?.last ?? 0) + 1, hi: state.next })) {
      const run = restoredRun(row as RunRow)
      see(run.to)
      addToHour(run)
    }
    for (const row of tail((minute?.last ?? 0) + 1)) {
      age(row)
      const wall = joinTime(row.from_s, row.from_n)
      see(wall)
      addToMinute(row, wall, decodePayload(row) ?? {})
    }
    state.boot ??= newestBoot()
  }

  function see(wall: bigint): void {
    if (state.piece && wall > state.piece.latest) state.piece.latest = wall
  }

  function restoredRun(row: RunRow): Run {
    const from = joinTime(row.from_s, row.from_n)
    return {
      first: row.key,
      last: row.last,
      // Runs never reach across pieces, so the newest piece that begins before a run is its own.
      piece: scanner.pieces()?.findLast(piece => piece.key <= row.key)?.key ?? 0,
      slot: slotOf(row.from_s, 'minute'),
      from,
      to: joinTime(row.to_s, row.to_n),
      lived: row.lived,
      sums: decodeSums(row.payload, from),
    }
  }

  /** The records that no row of sums covers yet, in order of arrival. */
  function tail(lo: number): RecordRow[] {
    const range = { lo, hi: state.next }
    const rows = [...scanner.rows('measurement', range), ...scanner.rows('event', range)] as RecordRow[]
    return rows.sort((a, b) => a.key - b.key)
  }

  function newestRun(level: LevelName): RunRow | undefined {
    for (const row of scanner.rowsBackward(level, { lo: 0, hi: Infinity })) return row as RunRow
    return undefined
  }

  function newestKey(table: 'measurement' | 'event'): number {
    for (const row of scanner.rowsBackward(table, { lo: 0, hi: Infinity })) return row.key
    return 0
  }

  function newestBoot(): string | undefined {
    for (const row of scanner.rowsBackward('event', { lo: 0, hi: Infinity })) {
      const boot = bootOf(row as RecordRow)
      if (boot !== undefined) return boot
    }
    return undefined
  }
}

const blank = (): State => ({
  next: 1,
  last: { measurement: 0, event: 0, minute: 0, hour: 0 },
  piece: undefined,
  minute: undefined,
  hour: undefined,
  lived: 0,
  counter: undefined,
  boot: undefined,
})

const slotOf = (seconds: number, level: LevelName): number => Math.floor(seconds / LEVEL_SECONDS[level])

function extend(run: Run, by: { readonly last: number; readonly from: bigint; readonly to: bigint }): void {
  run.last = by.last
  if (by.from < run.from) run.from = by.from
  if (by.to > run.to) run.to = by.to
}
