/**
 * sources-unusable, wrong-values of `NTP=` and `FallbackNTP=` in timesyncd.conf: systemd parts such lists by white space alone and knows no
 * comment behind a value (systemd.syntax(7)), so what commas join is one name, and each word of such a comment is one more. It takes no
 * quotes off, and names and addresses alone: a port or `http://` make a name of which no resolver knows (manager_parse_server_string).
 */

import { joinedLines } from '#dialects/linux/unit.ts'
import { isHost, wordsOf } from '#dialects/named-source.ts'
import { isTemplate } from '#dialects/template.ts'
import { combineServers } from '#dialects/timesyncd/sources.ts'
import type { Finding } from '../../finding.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'

const JOINED = /[,;]/
/** No resolver knows such a name. Others that look strange may be filled in, or known to somebody. */
const isNoName = (word: string): boolean => !isHost(word) && /[,;:"'/[\]]/.test(word)

/** The name or address in what stands there: without `http://` and its path, brackets and a port. */
function nameIn(word: string): string[] {
  const [, name] = /^(?:[a-z]+:\/\/)?(\[[^\]]+\]|[^/:]+)(?::\d+)?(?:\/.*)?$/i.exec(word) ?? []
  const bare = (name ?? word).replace(/^\[|\]$/g, '')
  return bare === '' ? [] : [bare]
}

export const serverLists: LintRule = subject =>
  subject.timesyncd.flatMap(({ file }) => {
    let section = ''
    return joinedLines(subject.files[file]!.text).flatMap(({ line, content }) => {
      section = /^\[([^\]]*)\]$/.exec(content)?.[1] ?? section
      const [, key, value = ''] = /^(NTP|Servers|FallbackNTP)\s*=\s*(.*)$/.exec(content) ?? []
      if (section !== 'Time' || !key || isTemplate(content)) return []
      if (!/(?:^|\s)[#;]/.test(value) && !wordsOf(value).some(isNoName)) return []
      return [listFound(subject, file, line, key, value)]
    })
  })

function listFound(subject: LintSubject, file: number, line: number, key: string, value: string): Finding {
  const [, servers = '', comment] = /^(.*?)(?:(?:^|\s+)[#;]+\s*(.*))?$/.exec(value)!
  const names = servers.split(/[\s,;"']+/).flatMap(nameIn)
  const text = [...(comment ? [`# ${comment}`] : []), `${key}=${names.join(' ')}`].join('\n')
  const conf = subject.timesyncd.map(({ read }) => read)
  // Of the fallback nobody is asked where `NTP=` names anybody.
  const lists = key === 'FallbackNTP' ? (['NTP', 'FallbackNTP'] as const) : (['NTP'] as const)
  const none = lists.every(list => combineServers(conf, list).length === 0)
  const wrong = wordsOf(servers).find(isNoName)
  const joined = wrong !== undefined && JOINED.test(wrong)
  // A line that goes on is left to a person.
  const whole = names.every(isHost) && !lineOf(subject, file, line).endsWith('\\')
  return found({
    name: none ? 'sources-unusable' : 'wrong-values',
    severity: none ? 'critical' : 'warning',
    what: joined
      ? `\`${key}=\` is parted by spaces alone: \`${wrong}\` is one name, and nobody has it.`
      : wrong !== undefined
        ? `\`${key}=\` takes names and addresses as they are: \`${wrong}\` is neither, and nobody is found by it.`
        : 'systemd knows no comments behind a value: each of these words is one more server.',
    evidence: [evidenceAt(subject, file, line)],
    cost: none
      ? 'systemd-timesyncd can ask nobody but whom the network names (DHCP): where it names nobody, nobody keeps this clock.'
      : 'systemd-timesyncd looks for hosts of these names whenever it comes to them, and asks nobody in the meantime.',
    remedy: {
      daemon: 'timesyncd',
      text: joined
        ? 'Part them by spaces.'
        : wrong !== undefined
          ? 'Write names and addresses alone, without quotes, ports or addresses of web pages: port 123 is always asked.'
          : 'Give the comment a line of its own.',
      changes: whole ? text.split('\n') : [],
      edits: whole ? [{ file, line, kind: 'replace', text }] : [],
    },
    confirm: '`timedatectl show-timesync --property=SystemNTPServers`; `timedatectl timesync-status`.',
  })
}
