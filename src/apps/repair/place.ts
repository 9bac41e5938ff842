/**
 * Where a path of the machine under repair really lies. With a root that is not `/` (a mounted disk, a chroot), links are
 * followed as that machine would, and never out of the root.
 */
import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** As many links as Linux follows (path_resolution(7)). */
const MOST_LINKS = 40

export class Lost extends Error {}

/** Where that is for us. Throws {@link Lost} in a circle. */
export const placeBelow = (root: string, path: string): string => join(root, pathBelow(root, path))

/** The path on that machine, without links and dots; what does not exist is where it would be made. */
export function pathBelow(root: string, path: string): string {
  const left = path.split('/')
  let links = 0
  let at = '/'
  while (left.length > 0) {
    const name = left.shift()!
    if (name === '' || name === '.') continue
    if (name === '..') {
      at = dirname(at)
      continue
    }
    const next = join(at, name)
    const link = linkOf(join(root, next))
    if (link === undefined) {
      at = next
      continue
    }
    if (++links > MOST_LINKS) throw new Lost(`${path}: too many symbolic links`)
    if (link.startsWith('/')) at = '/'
    left.unshift(...link.split('/'))
  }
  return at
}

function linkOf(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}
