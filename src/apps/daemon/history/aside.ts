/**
 * A store that cannot be used is kept, under another name: it may be somebody else's database, and a damaged one may
 * still be worth reading. What can be read of a damaged one goes on in the new store.
 */
import { existsSync, renameSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { createScanner } from './scan.ts'
import { endTransaction, floorSum, insertInto, TABLES, type TableName, valuesOf } from './schema.ts'

type Sqlite = typeof import('node:sqlite')

/**
 * The log is moved before the database: a crash between the two then leaves a damaged database without its log, and
 * never a new database beside a log that is not its own.
 */
export function moveAside(path: string): string {
  let number = 1
  while (existsSync(`${path}.aside-${number}`)) number++
  const aside = `${path}.aside-${number}`
  for (const suffix of ['-shm', '-wal', ''])
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  return aside
}

/** Copy every sound row, as far as the damage lets us, linked anew past what is missing. The answer is how many. */
export function salvage({ DatabaseSync }: Sqlite, aside: string, into: DatabaseSync): number {
  let from: DatabaseSync | undefined
  try {
    from = new DatabaseSync(aside, { readOnly: true })
    into.exec('BEGIN IMMEDIATE')
    const copied = copyTables(from, into)
    into.exec('COMMIT')
    return copied
  } catch {
    endTransaction(into, 'ROLLBACK')
    return 0
  } finally {
    from?.close()
  }
}

function copyTables(from: DatabaseSync, into: DatabaseSync): number {
  const scanner = createScanner(from)
  let copied = 0
  for (const table of Object.keys(TABLES) as TableName[]) {
    const insert = into.prepare(insertInto(table))
    let prev = 0
    for (const row of scanner.rows(table, { lo: 0, hi: scanner.end() })) {
      insert.run(...valuesOf({ ...row, prev }))
      prev = row.key
      copied++
    }
  }
  const insertPiece = into.prepare('INSERT OR IGNORE INTO piece VALUES (?, ?, ?)')
  for (const { key, from_s, crc } of scanner.pieces() ?? []) insertPiece.run(key, from_s, crc)
  const insertFloor = into.prepare('INSERT OR IGNORE INTO floor VALUES (?, ?, ?)')
  for (const table of ['measurement', 'minute'] as const) {
    const floor = scanner.floor(table)
    insertFloor.run(table, floor, floorSum(table, floor))
  }
  return copied
}
