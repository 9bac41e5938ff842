/**
 * The files that are meant: those that are named, those below the folders that are named, those inside archives. Archives
 * are unpacked into a folder for the time of the command, under names of our own.
 */
import { closeSync, lstatSync, openSync, readdirSync, type Stats, statSync, writeSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { Complaint } from '../cli/complain.ts'
import { chunksOf } from './chunks.ts'
import type { Input, Skipped } from './input.ts'
import { reason } from './reason.ts'
import { archiveName, isTarHeader, TarReader } from './tar.ts'

const MOST_FILES = 100_000
const DEEPEST = 24
const TAR_BLOCK = 512
/** Archives in archives in archives: a bomb. */
const MOST_NESTED = 3

export interface Finding {
  readonly inputs: Input[]
  readonly skipped: Skipped[]
}

export interface FindOptions {
  /** Where archives are unpacked. */
  readonly scratch: () => string
  readonly limit: number
}

export async function findInputs(paths: readonly string[], options: FindOptions): Promise<Finding> {
  const found: Finding = { inputs: [], skipped: [] }
  for (const path of paths) {
    if (look(path).isDirectory()) walk(path, path, [], found, 0)
    else add(path, path, foldersAbove(path), found)
  }
  const inputs: Input[] = []
  for (const input of found.inputs) await unpackInto(inputs, input, found.skipped, options, 0)
  return { inputs, skipped: found.skipped }
}

function look(path: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Complaint(
      code === 'ENOENT' ? `${path}: there is no such file` : `${path} cannot be read: ${message}`,
    )
  }
}

/** The folders of a single file that may name its host. */
const foldersAbove = (path: string): string[] => resolve(path).split(sep).slice(1, -1).slice(-4)

function walk(path: string, shown: string, folders: readonly string[], found: Finding, depth: number): void {
  if (depth > DEEPEST || found.inputs.length > MOST_FILES) {
    found.skipped.push({ file: shown, why: 'too deep, or too many files' })
    return
  }
  let names: string[]
  try {
    names = readdirSync(path).sort()
  } catch (error) {
    found.skipped.push({ file: shown, why: reason(error) })
    return
  }
  for (const name of names) {
    const below = join(path, name)
    const stat = lstatSync(below)
    // A link leads to what is there anyway, or out of the tree.
    if (stat.isDirectory()) walk(below, join(shown, name), [...folders, name], found, depth + 1)
    else if (stat.isFile()) add(below, join(shown, name), folders, found)
  }
}

function add(path: string, name: string, folders: readonly string[], found: Finding): void {
  const stat = statSync(path)
  if (!stat.isFile()) found.skipped.push({ file: name, why: 'no plain file' })
  else if (stat.size > 0) found.inputs.push({ name, path, folders, size: stat.size, modified: stat.mtime })
}

async function unpackInto(
  inputs: Input[],
  input: Input,
  skipped: Skipped[],
  options: FindOptions,
  nested: number,
): Promise<void> {
  let first: Uint8Array | undefined
  try {
    for await (const piece of chunksOf(input.path, options.limit, { most: TAR_BLOCK })) {
      first = piece.slice(0, TAR_BLOCK)
      break
    }
  } catch (error) {
    skipped.push({ file: input.name, why: reason(error) })
    return
  }
  if (!first || !isTarHeader(first)) {
    inputs.push(input)
    return
  }
  if (nested >= MOST_NESTED) {
    skipped.push({ file: input.name, why: 'archives in archives in archives' })
    return
  }
  const members: Input[] = []
  const folder = options.scratch()
  let fd = -1
  const reader = new TarReader({
    begin({ name, size, modified }) {
      if (size === 0 || members.length >= MOST_FILES) return undefined
      const path = join(folder, `${inputs.length}-${nested}-${members.length}`)
      const parts = name.split('/').filter(part => part !== '' && part !== '.')
      members.push({
        name: `${input.name}:${name}`,
        path,
        folders: [archiveName(input.name), ...parts.slice(0, -1)],
        size,
        modified,
      })
      fd = openSync(path, 'wx', 0o600)
      return bytes => void writeSync(fd, bytes)
    },
    end() {
      if (fd >= 0) closeSync(fd)
      fd = -1
    },
  })
  try {
    for await (const piece of chunksOf(input.path, options.limit)) reader.push(piece)
    if (reader.broken) skipped.push({ file: input.name, why: 'the archive is damaged after some members' })
  } catch (error) {
    skipped.push({ file: input.name, why: reason(error) })
  } finally {
    if (fd >= 0) closeSync(fd)
  }
  for (const member of members) await unpackInto(inputs, member, skipped, options, nested + 1)
}
