/**
 * What the files that were named include; of timesyncd, its drop-ins. Where one lies in its own place, on this machine or in a copy
 * around it, its daemon reads those, too: they are judged with it. Of one that lies anywhere else only those are known that were named
 * beside it. Each is of the kind of the one that includes it, whatever its name.
 */
import { relative, resolve } from 'node:path'
import { UNREAD } from '#core/guest/files.ts'
import type { Place } from '#core/guest/inventory.ts'
import {
  type Grammar,
  includesOf,
  readConfiguration,
  readSystemdConfiguration,
} from '#diagnosis/inventory/daemons/configuration.ts'
import { type FileKind, kindOf, type LintFile } from '#diagnosis/lint/file-kind.ts'
import { isReadBy } from '#diagnosis/lint/reads.ts'
import { isFragment } from '#diagnosis/lint/subject.ts'
import { openFiles } from '#worlds/host/files.ts'
import type { Skipped } from '../analyze/input.ts'
import { machineAround, type OnMachine } from '../machine-around.ts'

export interface Included {
  readonly files: readonly LintFile[]
  /** There, and not to be read by us. */
  readonly notRead: readonly Skipped[]
  /** Lines of such as have no name that is read. */
  readonly misnamed: readonly Place[]
  /** Fragments to which no line of the main file beside them leads: their daemon passes over them. */
  readonly passedOver: readonly Skipped[]
}

const GRAMMARS: Partial<Record<FileKind, Grammar>> = {
  'chrony.conf': 'chrony',
  'ntp.conf': 'ntpd',
  'timesyncd.conf': 'plain',
}

export function withIncluded(given: readonly LintFile[]): Included {
  const named = given.map(inItsPlace)
  const files = new Map(named.map(file => [resolve(file.path), file]))
  const mains = new Map<string, string>()
  const notRead: Skipped[] = []
  const misnamed: Place[] = []
  for (const { path } of named) {
    const file = files.get(resolve(path))!
    const kind = kindOf(file)
    const grammar = kind && GRAMMARS[kind]
    if (!grammar || file.main === false || isFragment(path)) continue
    const on = machineAround(path)
    const found = on ? fromMachine(file, on, grammar) : fromNamed(file, grammar, named)
    if (on) mains.set(`${on.root} ${kind}`, path)
    notRead.push(...found.notRead)
    misnamed.push(...found.misnamed)
    for (const each of found.files)
      files.set(resolve(each.path), {
        ...each,
        kind: each.path.endsWith('.sources') ? 'chrony sources' : kind,
        main: false,
      })
  }
  const passedOver = [...files.values()].flatMap(file => {
    const main = file.kind === undefined && isFragment(file.path) ? mainOf(file, mains) : undefined
    return main === undefined
      ? []
      : [{ file: file.path, why: `no line of ${main} leads to it: its daemon does not read it` }]
  })
  const passed = new Set(passedOver.map(({ file }) => file))
  return { files: [...files.values()].filter(({ path }) => !passed.has(path)), notRead, misnamed, passedOver }
}

/** With all of its place, as others name it who include it: from within its folder a name alone is written. */
function inItsPlace(file: LintFile): LintFile {
  const on = machineAround(file.path)
  if (!on || file.path.endsWith(on.path)) return file
  return { ...file, path: on.root === '' ? on.path : `${relative('', on.root) || '.'}${on.path}` }
}

function mainOf(file: LintFile, mains: ReadonlyMap<string, string>): string | undefined {
  const on = machineAround(file.path)
  const kind = kindOf(file)
  return on && kind && mains.get(`${on.root} ${kind === 'chrony sources' ? 'chrony.conf' : kind}`)
}

/** Its main file is the first that is read. */
function fromMachine(
  { path }: LintFile,
  { root, path: own }: OnMachine,
  grammar: Grammar,
): Omit<Included, 'passedOver'> {
  const shown = path.slice(0, -own.length)
  const files = openFiles(root || '/')
  const { configuration, unreadable, misnamed } =
    grammar === 'plain'
      ? readSystemdConfiguration(files, 'timesyncd.conf', own)
      : readConfiguration(files, own, grammar)
  return {
    files: configuration.slice(1).map(({ path: each, text }) => ({ path: `${shown}${each}`, text })),
    notRead: unreadable.map(({ path: each, why }) => ({ file: `${shown}${each}`, why: UNREAD[why] })),
    misnamed: misnamed.map(place => ({ ...place, path: `${shown}${place.path}` })),
  }
}

function fromNamed(
  file: LintFile,
  grammar: Grammar,
  named: readonly LintFile[],
): Omit<Included, 'passedOver'> {
  const includes = includesOf(file, grammar)
  const isRead = ({ path }: LintFile) =>
    path !== file.path && includes.some(include => isReadBy(file.path, include, path))
  return { files: named.filter(isRead), notRead: [], misnamed: [] }
}
