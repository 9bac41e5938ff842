/**
 * The files that are meant: those that are named, those below the folders that are named, those inside archives; those of several machines
 * are put apart. Archives are unpacked into a folder for the time of the command, under names of our own; what comes through a pipe is put there, too.
 */
import { existsSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { Complaint } from '../cli/complain.ts'
import { chunksOf, packingOf } from './chunks.ts'
import { hostsApart } from './hosts-apart.ts'
import type { Input, Skipped } from './input.ts'
import { MOST_FILES, untar, unzip } from './members.ts'
import { reason } from './reason.ts'
import { spool } from './spool.ts'
import { isTarHeader } from './tar.ts'
import { isZip } from './zip.ts'

const DEEPEST = 24
export const STANDARD_INPUT = '-'
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
    const source = path === STANDARD_INPUT ? '/dev/stdin' : path
    const stat = look(source)
    if (stat.isFIFO() || stat.isSocket()) await addPiped(source, found, options)
    else if (stat.isDirectory()) walk(source, source, paths.length > 1 ? foldersOf(source) : [], found, 0)
    else add(source, source, source.startsWith('/dev/') ? [] : foldersOf(dirname(source)), found)
  }
  const inputs: Input[] = []
  for (const input of found.inputs) await unpackInto(inputs, input, found.skipped, options, 0)
  return { inputs, skipped: found.skipped }
}

/** Its name says nothing of whose it is. */
async function addPiped(path: string, found: Finding, { scratch, limit }: FindOptions): Promise<void> {
  const into = join(scratch(), `piped-${found.inputs.length}`)
  try {
    await spool(path, into, limit)
  } catch (error) {
    found.skipped.push({ file: path, why: reason(error) })
  }
  if (existsSync(into)) add(into, path, [], found)
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

/** A folder that was named may tell its host by the way to it: a file's in any case, its own name beside others that were named. */
const foldersOf = (folder: string): string[] => resolve(folder).split(sep).slice(1)

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
    const stat = lstatSync(below, { throwIfNoEntry: false })
    // In a folder that changes, and most of all in /proc, a name may be gone by now.
    if (!stat) {
      found.skipped.push({ file: join(shown, name), why: 'it is gone' })
      continue
    }
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
  const zip = first !== undefined && isZip(first) && packingOf(input.path) === 'none'
  if (!first || !(zip || isTarHeader(first))) {
    const beside = () => join(options.scratch(), `${inputs.length}-${nested}-${skipped.length}-`)
    inputs.push(...(await hostsApart({ input, beside, limit: options.limit, skipped })))
    return
  }
  if (nested >= MOST_NESTED) {
    skipped.push({ file: input.name, why: 'archives in archives in archives' })
    return
  }
  const unpacking = {
    archive: input,
    beside: join(options.scratch(), `${inputs.length}-${nested}-${skipped.length}-`),
    limit: options.limit,
    skipped,
  }
  const members = zip ? await unzip(unpacking) : await untar(unpacking)
  for (const member of members) await unpackInto(inputs, member, skipped, options, nested + 1)
}
