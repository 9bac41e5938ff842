/**
 * sources-unusable, wrong-values of `NTP=` and `FallbackNTP=` in timesyncd.conf: systemd parts such lists by white space alone and knows no
 * comment behind a value (systemd.syntax(7)), so what commas join is one name, and each word of such a comment is one more.
 */

import { joinedLines } from '#dialects/linux/unit.ts'
import { isTemplate } from '#dialects/template.ts'
import { combineServers } from '#dialects/timesyncd/sources.ts'
import type { Finding } from '../../finding.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'

export const serverLists: LintRule = subject =>
  subject.timesyncd.flatMap(({ file }) => {
    let section = ''
    return joinedLines(subject.files[file]!.text).flatMap(({ line, content }) => {
      section = /^\[([^\]]*)\]$/.exec(content)?.[1] ?? section
      const [, key, value = ''] = /^(NTP|Servers|FallbackNTP)\s*=\s*(.*)$/.exec(content) ?? []
      if (section !== 'Time' || !key || isTemplate(content) || !/,|(?:^|\s)[#;]/.test(value)) return []
      return [listFound(subject, file, line, key, value)]
    })
  })

function listFound(subject: LintSubject, file: number, line: number, key: string, value: string): Finding {
  const [, servers = '', comment] = /^(.*?)(?:(?:^|\s+)[#;]+\s*(.*))?$/.exec(value)!
  const text = [
    ...(comment ? [`# ${comment}`] : []),
    `${key}=${servers
      .split(/[\s,]+/)
      .filter(Boolean)
      .join(' ')}`,
  ].join('\n')
  const conf = subject.timesyncd.map(({ read }) => read)
  // Of the fallback nobody is asked where `NTP=` names anybody.
  const lists = key === 'FallbackNTP' ? (['NTP', 'FallbackNTP'] as const) : (['NTP'] as const)
  const none = lists.every(list => combineServers(conf, list).length === 0)
  const joined = servers.split(/\s+/).find(word => word.includes(','))
  // A line that goes on is left to a person.
  const whole = !lineOf(subject, file, line).endsWith('\\')
  return found({
    name: none ? 'sources-unusable' : 'wrong-values',
    severity: none ? 'critical' : 'warning',
    what: joined
      ? `\`${key}=\` is parted by spaces alone: \`${joined}\` is one name, and nobody has it.`
      : 'systemd knows no comments behind a value: each of these words is one more server.',
    evidence: [evidenceAt(subject, file, line)],
    cost: none
      ? 'systemd-timesyncd can ask nobody but whom the network names (DHCP): where it names nobody, nobody keeps this clock.'
      : 'systemd-timesyncd looks for hosts of these names whenever it comes to them, and asks nobody in the meantime.',
    remedy: {
      daemon: 'timesyncd',
      text: joined ? 'Part them by spaces.' : 'Give the comment a line of its own.',
      changes: text.split('\n'),
      edits: whole ? [{ file, line, kind: 'replace', text }] : [],
    },
    confirm: '`timedatectl show-timesync --property=SystemNTPServers`; `timedatectl timesync-status`.',
  })
}
