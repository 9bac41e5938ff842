/**
 * Is there what a configuration names? On the machine itself that can be seen. A copy may lack what the machine has: there it counts
 * only if the copy holds other files of the same folder.
 */
import type { Files } from '#core/guest/files.ts'
import { folderOf, isPattern } from '#dialects/path-pattern.ts'
import type { LintSubject } from './subject.ts'

/** `not-here`: this machine does not have it, and the file may be of another one. */
export type Presence = 'there' | 'missing' | 'not-here' | 'unknown'

/** Of a path from the root, or of the folder in which a pattern of names begins. What is secret no copy holds. */
export type PresenceOf = (path: string, isSecret?: boolean) => Presence

/** By whoever gave that file of the configuration. */
export const presenceOf = (
  { files }: Pick<LintSubject, 'files'>,
  file: number,
  path: string,
  isSecret = false,
): Presence => files[file]!.presence?.(path, isSecret) ?? 'unknown'

export const presenceIn =
  (files: Files, live: boolean): PresenceOf =>
  (path, isSecret = false) => {
    if (!path.startsWith('/')) return 'unknown'
    const sought = isPattern(path) ? folderOf(path) : path
    if (files.exists(sought)) return 'there'
    if (live) return isHidden(files, sought) ? 'unknown' : 'missing'
    return !isSecret && !isPattern(path) && files.names(folderOf(path)).length > 0 ? 'missing' : 'unknown'
  }

/** Some folder on the way may not be looked into. */
function isHidden(files: Files, path: string): boolean {
  const folder = path.replace(/\/[^/]*$/, '') || '/'
  if (folder !== '/' && !files.exists(folder)) return isHidden(files, folder)
  files.names(folder)
  return files.unread.some(each => each.path === folder)
}
