/**
 * What the files that were named include; of timesyncd, its drop-ins. Where one lies in its own place, on this machine or in a copy around it, its daemon reads those,
 * too: they are judged with it. Of one that lies anywhere else only those are known that were named beside it. Each is of the kind of the
 * one that includes it, whatever its name.
 */
import { join, resolve } from 'node:path'
import { UNREAD } from '#core/guest/files.ts'
import {
  type Grammar,
  includesOf,
  readConfiguration,
  readSystemdConfiguration,
} from '#diagnosis/inventory/configuration.ts'
import { type FileKind, kindOf, type LintFile } from '#diagnosis/lint/file-kind.ts'
import { isReadBy } from '#diagnosis/lint/reads.ts'
import { isFragment } from '#diagnosis/lint/subject.ts'
import { openFiles } from '#worlds/host/files.ts'
import type { Skipped } from '../analyze/input.ts'
import { machineAround, type OnMachine } from '../machine-around.ts'

export interface Included {
  readonly files: readonly LintFile[]
  readonly notRead: readonly Skipped[]
}

const GRAMMARS: Partial<Record<FileKind, Grammar>> = {
  'chrony.conf': 'chrony',
  'ntp.conf': 'ntpd',
  'timesyncd.conf': 'plain',
}

export function withIncluded(named: readonly LintFile[]): Included {
  const files = new Map(named.map(file => [resolve(file.path), file]))
  const notRead: Skipped[] = []
  for (const [at, { path }] of [...files]) {
    const file = files.get(at)!
    const kind = kindOf(file)
    const grammar = kind && GRAMMARS[kind]
    if (!grammar || file.main === false || isFragment(path)) continue
    const on = machineAround(path)
    const found = on ? fromMachine(file, on, grammar) : fromNamed(file, grammar, named)
    notRead.push(...found.notRead)
    for (const each of found.files)
      files.set(resolve(each.path), {
        ...each,
        kind: each.path.endsWith('.sources') ? 'chrony sources' : kind,
        main: false,
      })
  }
  return { files: [...files.values()], notRead }
}

/** Its main file is the first that is read. */
function fromMachine({ path }: LintFile, { root, path: own }: OnMachine, grammar: Grammar): Included {
  const shown = path.endsWith(own) ? path.slice(0, -own.length) : root
  const files = openFiles(root || '/')
  const { configuration, unreadable } =
    grammar === 'plain'
      ? readSystemdConfiguration(files, 'timesyncd.conf', own)
      : readConfiguration(files, own, grammar)
  return {
    files: configuration.slice(1).map(({ path: each, text }) => ({ path: `${shown}${each}`, text })),
    notRead: unreadable.map(({ path: each, why }) => ({ file: join(shown || '/', each), why: UNREAD[why] })),
  }
}

function fromNamed(file: LintFile, grammar: Grammar, named: readonly LintFile[]): Included {
  const includes = includesOf(file, grammar)
  const isRead = ({ path }: LintFile) =>
    path !== file.path && includes.some(include => isReadBy(file.path, include, path))
  return { files: named.filter(isRead), notRead: [] }
}
