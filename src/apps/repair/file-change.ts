/**
 * A file is replaced as a whole and in one moment: the new one is written beside it and takes its name. The old one was
 * copied before, with owner, mode, times and extended attributes, and the copy is what undo puts back.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { FileChange } from '#diagnosis/repair/step.ts'
import { missingFolders, removeEmpty, syncFolder } from './folders.ts'
import { type Intent, KEPT } from './journal.ts'
import { pathBelow, placeBelow } from './place.ts'

type FileIntent = Extract<Intent, { kind: 'file' }>

/** It is not as the plan says, or somebody changed it since. */
export class Moved extends Error {}

/** Keeps what is there now, and says what would have to be done to take the change back. */
export function prepareFile(root: string, folder: string, change: FileChange, step: number): FileIntent {
  const path = pathBelow(root, change.path)
  const place = join(root, path)
  const now = contentOf(place)
  if (now !== change.before) throw new Moved(`${change.path} is not what it was when the plan was made`)
  let kept: string | undefined
  if (now !== undefined) {
    const { nlink } = statSync(place)
    if (nlink > 1) throw new Moved(`${change.path} has ${nlink} hard links; replacing it would part them`)
    kept = join(KEPT, String(step))
    whereSpaceIs(folder, () => {
      mkdirSync(join(folder, KEPT), { recursive: true, mode: 0o700 })
      copyWhole(place, join(folder, kept!))
      syncFolder(join(folder, KEPT))
    })
  }
  return {
    kind: 'file',
    path,
    ...(pathOf(change.path) !== path && { named: change.path }),
    kept,
    before: now === undefined ? undefined : digest(now),
    fresh: join(dirname(path), `.${basename(path)}.clockwright-${process.pid}`),
    folders: missingFolders(dirname(place)).map(folder => `/${relative(root, folder)}`),
    after: change.after === undefined ? undefined : digest(change.after),
  }
}

export function changeFile(root: string, intent: FileIntent, after: string | undefined): void {
  const { path, fresh, folders, kept } = placed(root, intent)
  if (after === undefined) {
    rmSync(path)
    return syncFolder(dirname(path))
  }
  whereSpaceIs(path, () => {
    for (const folder of folders) mkdirSync(folder, { mode: 0o755 })
    if (kept !== undefined) copyWhole(path, fresh)
    writeAndSync(fresh, after, 0o644)
  })
  renameSync(fresh, path)
  syncFolder(dirname(path))
}

export const fileReads = (root: string, { path, after }: FileIntent): boolean => {
  const now = contentOf(placeBelow(root, path))
  return (now === undefined ? undefined : digest(now)) === after
}

/** Whatever the change came to. Throws {@link Moved} when somebody else wrote the file meanwhile. */
export function undoFile(root: string, intent: FileIntent, folder: string, force: boolean): void {
  const { path, fresh, folders, kept } = placed(root, intent)
  if (intent.named !== undefined && !force && pathBelow(root, intent.named) !== intent.path)
    throw new Moved(
      `${intent.named} was changed by somebody else since: it led to ${intent.path} by a link, and does no longer; --force puts back ${intent.path} alone`,
    )
  if (kept !== undefined && !/^before\/\d+$/.test(kept))
    throw new Moved(`the journal names ${kept}, which is none of its files`)
  rmSync(fresh, { force: true })
  const old = kept === undefined ? undefined : join(folder, kept)
  const now = contentOf(path)
  const untouched = (now === undefined ? undefined : digest(now)) === intent.before
  if (old !== undefined && !untouched && digest(contentOf(old) ?? '') !== intent.before)
    throw new Moved(`${old} is not what was kept there of ${path}`)
  if (!untouched && !fileReads(root, intent) && !force)
    throw new Moved(`${path} was changed by somebody else since; --force puts back what it was before`)
  if (old === undefined) {
    rmSync(path, { force: true })
    for (const made of folders.toReversed()) removeEmpty(made)
  } else if (!untouched) {
    putBack(old, fresh, path)
    syncFolder(dirname(path))
  }
}

/** On a full disk what was kept takes its old place itself, where it lies on that disk. */
function putBack(old: string, fresh: string, path: string): void {
  try {
    whereSpaceIs(path, () => copyWhole(old, fresh))
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    if (!(error instanceof NoSpace) || statSync(old).dev !== statSync(dirname(path)).dev) throw error
    renameSync(old, path)
  }
}

class NoSpace extends Error {}

/** Throws {@link NoSpace} where `work` finds none on the disk of `path`. */
function whereSpaceIs(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new NoSpace(`no space is left on the disk of ${path}`, { cause: error })
  }
}

/** Without dots, as it would be if there were no links. */
const pathOf = (path: string): string => join('/', path)

/** A journal holds paths of that machine: it may be undone where its disk lies now, and leads nowhere else. */
const placed = (root: string, intent: FileIntent): FileIntent => ({
  ...intent,
  path: placeBelow(root, intent.path),
  fresh: placeBelow(root, intent.fresh),
  folders: intent.folders.map(folder => placeBelow(root, folder)),
})

/** One character a byte; undefined when there is no such file. */
export function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

const digest = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex')

function writeAndSync(path: string, text: string, mode: number): void {
  const file = openSync(path, 'w', mode)
  try {
    writeFileSync(file, text, 'latin1')
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** cp(1) knows extended attributes and access lists, which Node does not; without it owner, mode and times are kept. */
function copyWhole(from: string, to: string): void {
  if (spawnSync('cp', ['-a', '--', from, to]).status !== 0) {
    const { uid, gid, mode, atime, mtime } = statSync(from)
    copyFileSync(from, to)
    chownSync(to, uid, gid)
    chmodSync(to, mode)
    utimesSync(to, atime, mtime)
  }
  const file = openSync(to, 'r')
  fsyncSync(file)
  closeSync(file)
}
