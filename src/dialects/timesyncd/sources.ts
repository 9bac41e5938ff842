/**
 * The time sources of systemd-timesyncd (timesyncd.conf(5), syntax in systemd.syntax(7)): `NTP=` and `FallbackNTP=` in
 * the section [Time]. Both are lists over all lines and files: a further assignment adds to them, an empty one begins
 * them anew. A backslash at the end of a line joins the next one to it, past comments.
 */
import { joinedLines } from '../linux/unit.ts'
import {
  isHost,
  type NamedSource,
  type NamedSources,
  plainSource,
  type Remark,
  wordsOf,
} from '../named-source.ts'
import { isOwn } from './grammar.ts'

export type ServerList = 'NTP' | 'FallbackNTP'

export interface Assignment {
  readonly list: ServerList
  readonly line: number
  /** None: what was said so far is taken back. */
  readonly servers: readonly NamedSource[]
}

export interface TimesyncdConf extends NamedSources {
  readonly assignments: readonly Assignment[]
  /** What is said beside the servers, as it stands there. */
  readonly others: readonly { readonly key: string; readonly value: string; readonly line: number }[]
}

const OTHER_KEYS = new Set([
  'RootDistanceMaxSec',
  'PollIntervalMinSec',
  'PollIntervalMaxSec',
  'ConnectionRetrySec',
  'SaveIntervalSec',
])

/** `sources` are those of `NTP=` that stand when this file is read alone. */
export function parseTimesyncdConf(text: string, file: string): TimesyncdConf {
  const assignments: Assignment[] = []
  const others: { key: string; value: string; line: number }[] = []
  const notUnderstood: Remark[] = []
  let section = ''
  for (const { line, content } of joinedLines(text)) {
    const refuse = (why: string) => notUnderstood.push({ line, text: content, why })
    const header = /^\[([^\]]*)\]$/.exec(content)
    const equals = content.indexOf('=')
    if (header) {
      section = header[1]!
      if (section !== 'Time' && !isOwn(section)) refuse('only [Time] means something here')
    } else if (equals < 1) refuse('neither a [section] nor a key with its value')
    else if (section === 'Time') {
      const key = content.slice(0, equals).trimEnd()
      const words = wordsOf(content.slice(equals + 1))
      const list = key === 'Servers' ? 'NTP' : key
      if (list === 'NTP' || list === 'FallbackNTP') {
        const hosts = words.filter(isHost)
        if (hosts.length < words.length) refuse('not all of these are host names or addresses')
        if (hosts.length > 0 || words.length === 0)
          assignments.push({ list, line, servers: hosts.map(host => plainSource(host, line)) })
      } else if (OTHER_KEYS.has(key)) others.push({ key, value: words.join(' '), line })
      else if (!isOwn(key)) refuse('no key of [Time] that is known here')
    }
  }
  const conf = { file, includes: [], notUsable: [], notUnderstood, assignments, others }
  return { ...conf, sources: combineServers([{ ...conf, sources: [] }], 'NTP').map(({ source }) => source) }
}

/** One list over several files, in the order in which systemd reads them: the main file, then drop-ins by name. */
export function combineServers(
  files: readonly TimesyncdConf[],
  list: ServerList,
): { file: string; source: NamedSource }[] {
  let servers: { file: string; source: NamedSource }[] = []
  for (const { file, assignments } of files) {
    for (const assignment of assignments) {
      if (assignment.list !== list) continue
      if (assignment.servers.length === 0) servers = []
      for (const source of assignment.servers) servers.push({ file, source })
    }
  }
  return servers
}

/** Where the servers that it was built with are taken away, and no other is named: it asks only whom the network names. */
export function emptiedAt(files: readonly TimesyncdConf[]): { file: string; line: number } | undefined {
  if (combineServers(files, 'NTP').length + combineServers(files, 'FallbackNTP').length > 0) return undefined
  return files
    .flatMap(({ file, assignments }) =>
      assignments.filter(({ list }) => list === 'FallbackNTP').map(({ line }) => ({ file, line })),
    )
    .at(-1)
}

/** Whom it asks when this file is all that is said: the fallback where no server is named. */
export function usedServers(conf: TimesyncdConf): NamedSource[] {
  const configured = combineServers([conf], 'NTP')
  const used = configured.length > 0 ? configured : combineServers([conf], 'FallbackNTP')
  return used.map(({ source }) => source)
}
