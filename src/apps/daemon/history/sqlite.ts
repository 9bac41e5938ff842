/** The history on disk: opens the store, repairs what can be repaired, and keeps its promises about each append. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { moveAside, salvage } from './aside.ts'
import { isMeasurement } from './codec.ts'
import { HistoryError, historyError } from './error.ts'
import type { KeptHistory } from './kept.ts'
import { acquireLock } from './lock.ts'
import { createReader, type Reader } from './read.ts'
import { createScanner, type Scanner } from './scan.ts'
import { createTables, endTransaction, prepareReading, prepareWriting, recognise } from './schema.ts'
import { createTrimmer, type Limits, type Trimmer } from './trim.ts'
import { createWriter, type Writer } from './write.ts'

type Sqlite = typeof import('node:sqlite')

interface Store {
  readonly db: DatabaseSync
  readonly scanner: Scanner
  readonly reader: Reader
  readonly writer: Writer
  readonly trimmer: Trimmer
}

export function sqliteHistory(sqlite: Sqlite, path: string, limits: Limits): KeptHistory {
  const notices: { name: string; text: string }[] = []
  makeFolder(path)
  const lock = acquireLock(sqlite, path)
  let store: Store | undefined
  let stale = false
  let damagedBefore = 0
  try {
    store = openOrReplace()
  } catch (error) {
    lock.close()
    throw historyError(error, `cannot open ${path}`)
  }

  return {
    durable: true,
    notices,
    append(records) {
      if (records.length === 0) return
      try {
        appendTo(opened(), records)
      } catch (error) {
        const trouble = historyError(error, `cannot append to ${path}`)
        if (trouble.why !== 'damaged') throw trouble
        store = replace(trouble.message)
        appendTo(store, records)
      }
    },
    records: query => answer(({ reader }) => reader.records(query)),
    series: query => answer(({ reader }) => reader.series(query)),
    extent: () => answer(({ reader }) => reader.extent()),
    damaged: () => damagedBefore + (store?.scanner.damaged() ?? 0),
    close() {
      if (!store) return
      closeStore(store.db)
      lock.close()
      store = undefined
    },
  }

  function opened(): Store {
    if (!store) throw new HistoryError('closed', `${path} has been closed`)
    return store
  }

  function answer<T>(ask: (store: Store) => T): T {
    try {
      return ask(opened())
    } catch (error) {
      throw historyError(error, `cannot read ${path}`)
    }
  }

  function appendTo({ db, writer, trimmer }: Store, records: Parameters<KeptHistory['append']>[0]): void {
    if (stale) {
      writer.resume()
      trimmer.resume()
      stale = false
    }
    // From here until the commit, memory runs ahead of the tables.
    stale = true
    db.exec('BEGIN IMMEDIATE')
    try {
      for (const record of records) writer.write(record)
      const events = records.filter(({ kind }) => !isMeasurement(kind)).length
      trimmer.slice({ records: records.length, events }, writer.lived())
      db.exec('COMMIT')
      stale = false
    } catch (error) {
      endTransaction(db, 'ROLLBACK')
      throw error
    }
  }

  function openOrReplace(): Store {
    try {
      return openStore(sqlite, path, limits)
    } catch (error) {
      const trouble = historyError(error, `cannot open ${path}`)
      if (trouble.why !== 'damaged') throw trouble
      return replace(trouble.message)
    }
  }

  function replace(why: string): Store {
    damagedBefore += store?.scanner.damaged() ?? 0
    try {
      store?.db.close()
    } catch {
      // It is being given up.
    }
    store = undefined
    const aside = moveAside(path)
    const fresh = openStore(sqlite, path, limits)
    const copied = salvage(sqlite, aside, fresh.db)
    fresh.writer.resume()
    fresh.trimmer.resume()
    stale = false
    const text = `the history could not be used and was moved to ${aside} (${why}); ${copied === 0 ? 'a new one was begun' : `${copied} rows of it go on in a new one`}`
    notices.push({ name: 'history-replaced', text })
    return fresh
  }
}

/** For anyone who may read the file, also while the agent writes it. */
export function sqliteReadOnly(sqlite: Sqlite, path: string): KeptHistory {
  if (!existsSync(path)) throw new HistoryError('missing', `there is no history at ${path}`)
  let db: DatabaseSync | undefined = openForReading(sqlite, path)
  const scanner = createScanner(db)
  const reader = createReader(scanner)
  return {
    durable: true,
    notices: [],
    append() {
      throw new HistoryError('read-only', `${path} was opened to be read`)
    },
    records: query => snapshot(() => reader.records(query)),
    series: query => snapshot(() => reader.series(query)),
    extent: () => snapshot(() => reader.extent()),
    damaged: () => scanner.damaged(),
    close() {
      db?.close()
      db = undefined
    },
  }

  /** All reads of one question see the same state, whatever the writer does meanwhile. */
  function snapshot<T>(ask: () => T): T {
    if (!db) throw new HistoryError('closed', `${path} has been closed`)
    try {
      db.exec('BEGIN')
      return ask()
    } catch (error) {
      throw historyError(error, `cannot read ${path}`)
    } finally {
      endTransaction(db, 'COMMIT')
    }
  }
}

function openForReading({ DatabaseSync }: Sqlite, path: string): DatabaseSync {
  const attempts = [() => new DatabaseSync(path, { readOnly: true })]
  // Without a log there is no writer, and nothing but the file itself needs to be readable.
  if (!existsSync(`${path}-wal`))
    attempts.push(() => new DatabaseSync(new URL(`${pathToFileURL(path)}?immutable=1`), { readOnly: true }))
  let failure: unknown
  for (const attempt of attempts) {
    let db: DatabaseSync | undefined
    try {
      db = attempt()
      prepareReading(db)
      if (recognise(db) !== 'ours')
        throw new HistoryError('damaged', `${path} is not a history of clockwright`)
      return db
    } catch (error) {
      db?.close()
      failure ??= error
    }
  }
  throw historyError(failure, `cannot read ${path}`)
}

function openStore({ DatabaseSync }: Sqlite, path: string, limits: Limits): Store {
  const db = new DatabaseSync(path)
  try {
    prepareWriting(db)
    const found = recognise(db)
    if (found === 'foreign')
      throw new HistoryError('damaged', 'it belongs to another program, or to a newer clockwright')
    if (found === 'empty') createTables(db)
    const scanner = createScanner(db)
    return {
      db,
      scanner,
      reader: createReader(scanner),
      writer: createWriter(db, scanner),
      trimmer: createTrimmer(db, scanner, limits),
    }
  } catch (error) {
    db.close()
    throw error
  }
}

/** Leave one plain file behind, which can be read without the right to write beside it. */
function closeStore(db: DatabaseSync): void {
  try {
    db.exec('PRAGMA journal_mode = DELETE')
  } catch {
    // A reader is still there; then the log stays, and the next writer takes it up.
  }
  db.close()
}

/** Only the last folder of the path: a missing parent is a mistake in the path. */
function makeFolder(path: string): void {
  const folder = dirname(path)
  try {
    if (!existsSync(folder)) mkdirSync(folder)
  } catch (error) {
    throw historyError(error, `cannot make the folder ${folder}`)
  }
}
