/** A file that somebody has named. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KNOWN_DAEMONS } from '#diagnosis/inventory/daemons/daemon-table.ts'
import { Complaint } from '../cli/complain.ts'

export function readNamed(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EISDIR') throw new Complaint(`${path}: is a folder; ${fileInIt(path)}`)
    throw new Complaint(
      `${path}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${message}`}`,
    )
  }
}

/** Of the copy of a machine its root is named soon: its configurations lie where daemons look for them. */
function fileInIt(folder: string): string {
  const paths = KNOWN_DAEMONS.flatMap(({ configurations }) => configurations.map(each => join(folder, each)))
  const there = [...new Set(paths)].filter(each => existsSync(each))
  return there.length > 0 ? `name the file: ${there.join(' or ')}` : 'name a file in it'
}
