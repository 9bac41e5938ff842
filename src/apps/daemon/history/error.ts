/**
 * What can go wrong with the history, each trouble with a name that a caller can count and a person can look up.
 * None of them may stop the agent: a machine with a full disk still needs its clock watched.
 */
export type HistoryTrouble =
  /** No space left. Nothing was acknowledged; the next append tries again. */
  | 'disk-full'
  | 'read-only'
  | 'no-permission'
  | 'io-error'
  /** The file is not what was written: bits flipped, cut, or another program's. */
  | 'damaged'
  /** Another process writes to the same store. */
  | 'locked'
  | 'busy'
  | 'missing'
  | 'closed'
  /** A wall clock reading beyond what 53 bits of seconds can say. */
  | 'not-storable'

export class HistoryError extends Error {
  readonly why: HistoryTrouble

  constructor(why: HistoryTrouble, text: string, cause?: unknown) {
    super(text, { cause })
    this.name = 'HistoryError'
    this.why = why
  }
}

/** SQLite's primary result codes (https://sqlite.org/rescode.html). */
const BY_RESULT: Readonly<Record<number, HistoryTrouble>> = {
  3: 'no-permission',
  5: 'busy',
  6: 'busy',
  8: 'read-only',
  10: 'io-error',
  11: 'damaged',
  13: 'disk-full',
  14: 'io-error',
  // A key that we believed free is taken: a row has a key that we never gave it.
  19: 'damaged',
  26: 'damaged',
}

/** SQLITE_IOERR_SHMSIZE: the index of the write-ahead log could not grow, which on a full disk is the first to fail. */
const SHARED_MEMORY_FULL = 4874

const BY_ERRNO: Readonly<Record<string, HistoryTrouble>> = {
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  EROFS: 'read-only',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  ENOENT: 'missing',
}

/** The named trouble of an error thrown by SQLite or by the file system. */
export function historyError(error: unknown, doing: string): HistoryError {
  if (error instanceof HistoryError) return error
  const { code, errcode, message } = error as { code?: unknown; errcode?: unknown; message?: unknown }
  const why =
    typeof errcode === 'number'
      ? errcode === SHARED_MEMORY_FULL
        ? 'disk-full'
        : (BY_RESULT[errcode & 0xff] ?? 'io-error')
      : (BY_ERRNO[String(code)] ?? 'io-error')
  return new HistoryError(why, `${doing}: ${String(message ?? error)}`, error)
}
