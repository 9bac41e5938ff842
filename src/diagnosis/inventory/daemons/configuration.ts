/** The configuration of a daemon: its main file and all that this includes, in the order in which they are read. */
import type { Files, Unreadable } from '#core/guest/files.ts'
import type { ConfigurationFile, Fact, Place } from '#core/guest/inventory.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { expandPattern, firstOfEachName } from '#dialects/find-files.ts'
import { type Include, linesOf } from '#dialects/named-source.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { folderOf, isPattern } from '#dialects/path-pattern.ts'
import { emptiedAt, parseTimesyncdConf } from '#dialects/timesyncd/sources.ts'
import { wouldHold } from '../copy/copy-kind.ts'
import { isSecret } from '../copy/share.ts'
import { at, fact, findLine, isLink, linesIn, readText } from '../place.ts'

/** How the includes of a file are found. */
export type Grammar = 'chrony' | 'ntpd' | 'plain'

const MOST_FILES = 256
const MOST_DEEP = 10

export interface Configuration {
  readonly configuration: ConfigurationFile[]
  /** What is there and could not be read. */
  readonly unreadable: Unreadable[]
  /** Lines that include what is not there: whether the machine has it, a copy does not tell. */
  readonly unseen: Place[]
  /** Lines of files that lie in an included folder under a name of which the daemon reads none there. */
  readonly misnamed: Place[]
  readonly given?: Fact<string> | undefined
}

export function readConfiguration(files: Files, path: string, grammar: Grammar): Configuration {
  const found: Configuration = { configuration: [], unreadable: [], unseen: [], misnamed: [] }
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

export function readSystemdConfiguration(
  files: Files,
  name: string,
  main = SYSTEMD.map(directory => `${directory}/${name}`).find(
    path => files.exists(path) || isLink(files, path),
  ),
): Configuration {
  const found: Configuration = { configuration: [], unreadable: [], unseen: [], misnamed: [] }
  const dropIns = firstOfEachName(
    files,
    SYSTEMD.map(directory => `${directory}/${name}.d`),
    '.conf',
  )
  for (const path of [...(main === undefined ? [] : [main]), ...dropIns.slice(0, MOST_FILES)])
    gather(files, { path, grammar: 'plain', includedBy: undefined, depth: 0 }, found, new Set())
  return withNetwork(files, found)
}

/** Where systemd-networkd tells timesyncd what DHCP told it (sd-network(3)). */
const NETWORK = '/run/systemd/netif/state'

/** Without servers in its files it asks whom the network names, and what lies in /run is on no disk. */
function withNetwork(files: Files, found: Configuration): Configuration {
  const emptied = emptiedAt(found.configuration.map(({ path, text }) => parseTimesyncdConf(text, path)))
  if (!emptied) return found
  const named = findLine(files, [NETWORK], /^NTP=(\S.*)$/)
  if (named) return { ...found, given: fact(named.match[1]!, named.place) }
  if (wouldHold(files, NETWORK)) return found
  const said = linesIn(files, emptied.file)[emptied.line - 1] ?? ''
  return { ...found, unseen: [at(emptied.file, said.trim(), emptied.line)] }
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
  found: Configuration,
  seen: Set<string>,
): void {
  if (seen.has(path) || found.configuration.length >= MOST_FILES || depth > MOST_DEEP) return
  seen.add(path)
  const read = readText(files, path)
  // Keys say nothing of how the clock is kept.
  if (read.kind === 'unread' && !isSecret(path)) found.unreadable.push({ path: read.path, why: read.why })
  if (read.kind !== 'read') return
  found.configuration.push({ path, text: read.text, includedBy })
  const lines = linesOf(read.text)
  for (const include of includesOf({ path, text: read.text }, grammar)) {
    const by = at(path, lines[include.line - 1]?.trim() ?? '', include.line)
    // Of a sourcedir only sources are read, and nothing is included from there.
    const inner = include.suffix === '.sources' ? 'plain' : grammar
    const paths =
      include.kind === 'directories'
        ? firstOfEachName(files, include.paths, include.suffix)
        : include.paths.flatMap(each => expandPattern(files, each, MOST_FILES).paths)
    if (isUnseen(files, include)) found.unseen.push(by)
    if (include.kind === 'directories') found.misnamed.push(...misnamedIn(files, include))
    for (const each of paths)
      gather(files, { path: each, grammar: inner, includedBy: by, depth: depth + 1 }, found, seen)
  }
}

/** As a configuration would say it; a README says something else. */
const DIRECTIVE = /^\s*(?:server|pool|peer|refclock|makestep)\s+\S/i

function misnamedIn(files: Files, { paths, suffix }: Include): Place[] {
  const others = paths.flatMap(folder =>
    files
      .names(folder)
      .filter(name => !name.endsWith(suffix) && /^[\w-]+(?:\.(?:conf|sources|cfg))?$/.test(name))
      .slice(0, MOST_FILES)
      .map(name => `${folder.replace(/\/+$/, '')}/${name}`),
  )
  return others.flatMap(path => findLine(files, [path], DIRECTIVE)?.place ?? [])
}

/** What lies in /run is on no disk; and with an `include` of what is not there chronyd would not start. */
const isUnseen = (files: Files, { kind, paths }: Include): boolean =>
  paths.every(path => !files.exists(isPattern(path) ? folderOf(path) : path)) &&
  !paths.every(path => wouldHold(files, path)) &&
  (kind === 'files' || paths.some(path => path.startsWith('/run/'))) &&
  !paths.some(isSecret)

export function includesOf(
  { path, text }: Pick<ConfigurationFile, 'path' | 'text'>,
  grammar: Grammar,
): readonly Include[] {
  if (grammar === 'chrony') return readChronyConf(text, path).includes
  return grammar === 'ntpd' ? parseConf(text, path).includes : []
}
