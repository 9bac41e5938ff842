/** Folders that are made on the way, and go again when nothing is left in them. */
import { closeSync, existsSync, fsyncSync, lstatSync, openSync, readdirSync, rmdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** Those that would have to be made for this one to be there, the outermost first. */
export function missingFolders(folder: string): string[] {
  const missing: string[] = []
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at)
  return missing
}

export function removeEmpty(folder: string): void {
  if (!existsSync(folder) || !lstatSync(folder).isDirectory() || readdirSync(folder).length > 0) return
  try {
    rmdirSync(folder)
  } catch (error) {
    // Somebody else was quicker.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** A new name in a folder is only there after a power cut when the folder was written, too. */
export function syncFolder(folder: string): void {
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
