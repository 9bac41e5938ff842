/** Files with something laid over them: what lies in no file but is read like one, or somebody who takes notes. */
import { type FileRead, type Files, filesIn, type Owner, rooted } from './files.ts'

/** By path, instead of what is there. */
export function filesOver(files: Files, over: ReadonlyMap<string, FileRead>): Files {
  const upper = filesIn({
    own: files.own,
    read: (path, most) => over.get(path) ?? files.read(path, most),
    names: path => [...new Set([...files.names(path), ...namesOver(path, over)])],
    link: files.link,
    owner: files.owner,
    executable: files.executable,
    exists: path => over.get(path)?.kind === 'read' || namesOver(path, over).length > 0 || files.exists(path),
  })
  return withUnreadOf(upper, files)
}

/** What of it lies in a directory. */
function namesOver(path: string, over: ReadonlyMap<string, FileRead>): string[] {
  const above = path.endsWith('/') ? path : `${path}/`
  return [...over.keys()].flatMap(each =>
    each.startsWith(above) ? [each.slice(above.length).split('/')[0]!] : [],
  )
}

export interface Notes {
  read(path: string, answer: FileRead & { kind: 'read' }): void
  link(path: string, target: string): void
  /** Something was found to be there: a file, or a folder whose names were asked for. */
  there(path: string): void
  /** Undefined for what is not there, or where nobody knows. */
  owner(path: string, owner: Owner | undefined): void
}

/** Tells of all that was found. */
export function filesNoted(files: Files, notes: Notes): Files {
  const noted = filesIn({
    own: files.own,
    read(path, most) {
      const answer = files.read(path, most)
      if (answer.kind === 'read') notes.read(path, answer)
      return answer
    },
    names(path) {
      // That a folder is there and empty says something, too.
      if (files.exists(path)) notes.there(rooted(path))
      return files.names(path)
    },
    owner(path) {
      const owner = files.owner(path)
      notes.owner(path, owner)
      return owner
    },
    executable(path) {
      const executable = files.executable(path)
      if (executable) notes.there(rooted(path))
      return executable
    },
    link(path) {
      const target = files.link(path)
      if (target !== undefined) notes.link(path, target)
      return target
    },
    exists(path) {
      const there = files.exists(path)
      if (there) notes.there(rooted(path))
      return there
    },
  })
  return withUnreadOf(noted, files)
}

/** Names that could not be listed are known to those below only. */
const withUnreadOf = (upper: Files, lower: Files): Files => ({
  ...upper,
  get unread() {
    const all = new Map([...lower.unread, ...upper.unread].map(each => [each.path, each]))
    return [...all.values()]
  },
})
