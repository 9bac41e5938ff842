/** A file that somebody has named. */
import { readFileSync } from 'node:fs'
import { Complaint } from '../cli/complain.ts'

export function readNamed(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Complaint(
      `${path}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${message}`}`,
    )
  }
}
