/** Why a file could not be read, in a few words. */
import { TooLarge, Unreadable } from './chunks.ts'

export function reason(error: unknown): string {
  if (error instanceof TooLarge || error instanceof Unreadable) return error.message
  const code = (error as NodeJS.ErrnoException).code
  return code === 'EACCES'
    ? 'no permission to read it'
    : error instanceof Error
      ? error.message
      : String(error)
}
