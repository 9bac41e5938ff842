/** The configuration of a daemon: its main file and all that this includes, in the order in which they are read. */
import type { Files } from '#core/guest/files.ts'
import type { ConfigurationFile, Place } from '#core/guest/inventory.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { expandPattern, firstOfEachName } from '#dialects/find-files.ts'
import { type Include, linesOf } from '#dialects/named-source.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { at } from './place.ts'

/** How the includes of a file are found. */
export type Grammar = 'chrony' | 'ntpd' | 'plain'

const MOST_FILES = 256
const MOST_DEEP = 10

export function readConfiguration(files: Files, path: string, grammar: Grammar): ConfigurationFile[] {
  const found: ConfigurationFile[] = []
  const seen = new Set<string>()
  gather(files, { path, grammar, includedBy: undefined, depth: 0 }, found, seen)
  if (grammar === 'ntpd') {
    // NTPsec reads what lies in ntp.d beside its file, too.
    const beside = `${path.slice(0, path.lastIndexOf('/'))}/ntp.d`
    for (const each of firstOfEachName(files, [beside], '.conf'))
      gather(files, { path: each, grammar, includedBy: undefined, depth: 1 }, found, seen)
  }
  return found
}

/** Of systemd's own daemons: the first main file there is, and the drop-ins of all directories. */
const SYSTEMD = ['/etc/systemd', '/run/systemd', '/usr/local/lib/systemd', '/usr/lib/systemd', '/lib/systemd']

export function readSystemdConfiguration(files: Files, name: string): ConfigurationFile[] {
  const found: ConfigurationFile[] = []
  const main = SYSTEMD.map(directory => `${directory}/${name}`).find(path => files.exists(path))
  const dropIns = firstOfEachName(
    files,
    SYSTEMD.map(directory => `${directory}/${name}.d`),
    '.conf',
  )
  for (const path of [...(main === undefined ? [] : [main]), ...dropIns.slice(0, MOST_FILES)])
    gather(files, { path, grammar: 'plain', includedBy: undefined, depth: 0 }, found, new Set())
  return found
}

interface Wanted {
  readonly path: string
  readonly grammar: Grammar
  readonly includedBy: Place | undefined
  readonly depth: number
}

function gather(
  files: Files,
  { path, grammar, includedBy, depth }: Wanted,
  found: ConfigurationFile[],
  seen: Set<string>,
): void {
  if (seen.has(path) || found.length >= MOST_FILES || depth > MOST_DEEP) return
  seen.add(path)
  const read = files.read(path)
  if (read.kind !== 'read') return
  found.push({ path, text: read.text, includedBy })
  const lines = linesOf(read.text)
  for (const include of includesOf(read.text, path, grammar)) {
    const by = at(path, lines[include.line - 1]?.trim() ?? '', include.line)
    // Of a sourcedir only sources are read, and nothing is included from there.
    const inner = include.suffix === '.sources' ? 'plain' : grammar
    const paths =
      include.kind === 'directories'
        ? firstOfEachName(files, include.paths, include.suffix)
        : include.paths.flatMap(each => expandPattern(files, each, MOST_FILES).paths)
    for (const each of paths)
      gather(files, { path: each, grammar: inner, includedBy: by, depth: depth + 1 }, found, seen)
  }
}

function includesOf(text: string, path: string, grammar: Grammar): readonly Include[] {
  if (grammar === 'chrony') return readChronyConf(text, path).includes
  return grammar === 'ntpd' ? parseConf(text, path).includes : []
}
