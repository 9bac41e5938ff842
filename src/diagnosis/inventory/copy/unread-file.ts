/**
 * What was there and is not in a copy, because it could not be read or holds secrets: `clockwright collect` writes it down
 * beside the files (unread.json), and whoever reads the copy sees what could not be read as that, and not as empty.
 */
import { type FileRead, type Files, UNREAD, type Unread, type Unreadable } from '#core/guest/files.ts'
import { filesOver } from '#core/guest/files-over.ts'
import { encodeBeside, readBeside } from './beside-files.ts'

export const UNREAD_FILE = '/clockwright/unread.json'

export const encodeUnread = (unread: readonly Unreadable[]): Uint8Array =>
  encodeBeside(unread.map(({ path, why }) => [path, why]))

/** A copy with what it says could not be read. Copies come from anybody: what is no such list is passed over. */
export function withUnread(files: Files): Files {
  const over = new Map<string, FileRead>()
  for (const [path, why] of readBeside(files.text(UNREAD_FILE))) {
    if (path.startsWith('/') && isWhy(why)) over.set(path, { kind: 'unread', why })
  }
  return over.size > 0 ? filesOver(files, over) : files
}

const isWhy = (value: unknown): value is Unread => typeof value === 'string' && Object.hasOwn(UNREAD, value)
