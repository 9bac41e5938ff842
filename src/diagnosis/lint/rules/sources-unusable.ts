/**
 * sources-unusable: sources are named, and none can be followed. `authselectmode require` of chrony passes over all that do not
 * prove themselves; those that are `offline` are asked when somebody says `chronyc online` (chrony.conf(5)); and ntpd that may
 * open no `interface` but the loopback reaches nobody, nor does a chronyd that is bound to it.
 */
import { closesAll, isInterface, isLoopback } from '#dialects/ntpd/interfaces.ts'
import { isBefore } from '#dialects/ntpd/version.ts'
import type { Finding } from '../../finding.ts'
import { type ConfiguredSource, configuredSources } from '../configured-sources.ts'
import { lastDirective } from '../reads.ts'
import { found, type LintRule, removeWord } from '../rule.ts'
import { editContinued, evidenceAt, type LintSubject, lineOf, namesMore, ntpdOptions } from '../subject.ts'

export const sourcesUnusable: LintRule = subject => [
  ...configuredSources(subject).flatMap(of => [...unproven(subject, of), ...offline(subject, of)]),
  ...closed(subject),
  ...opensLoopbackAlone(subject),
  ...boundToLoopback(subject),
]

function unproven(subject: LintSubject, { named, elsewhere }: ConfiguredSource): Finding[] {
  const mode = lastDirective(subject, 'authselectmode')
  const barred = named.filter(each => each.barred)
  if (!mode || elsewhere || barred.length === 0 || named.some(({ counts }) => counts)) return []
  return [
    found({
      name: 'sources-unusable',
      severity: 'critical',
      what: `\`authselectmode require\` lets chronyd follow no server that does not prove itself, and ${barred.length === 1 ? `${barred[0]!.address} does not` : `none of ${barred.length} does`}.`,
      evidence: [mode, ...barred.slice(0, 3)].map(({ file, line }) => evidenceAt(subject, file, line)),
      cost: 'Nobody is followed: the clock drifts by seconds a day, and a guest loses each pause.',
      remedy: {
        daemon: 'chrony',
        text: 'Use servers that prove themselves, by `nts` or by a `key`; or let the others be followed, too.',
        changes: ['server ntp.example iburst nts', 'or: authselectmode mix'],
      },
      confirm: '`chronyc selectdata`: one source is marked `*`, and `chronyc authdata` has its key.',
    }),
  ]
}

/** What puts them online when the network comes, where distributions have it. */
const DISPATCHERS = [
  '/usr/lib/NetworkManager/dispatcher.d/20-chrony-onoffline',
  '/usr/lib/NetworkManager/dispatcher.d/20-chrony',
  '/etc/NetworkManager/dispatcher.d/20-chrony-onoffline',
  '/etc/NetworkManager/dispatcher.d/20-chrony',
  '/usr/lib/networkd-dispatcher/routable.d/chrony',
  '/etc/network/if-up.d/chrony',
  '/etc/ppp/ip-up.d/chrony',
]

function offline(subject: LintSubject, { daemon, named, elsewhere, file }: ConfiguredSource): Finding[] {
  if (daemon !== 'chrony' || elsewhere) return []
  const waiting = subject.chrony.flatMap(({ file, read }) =>
    read.sources.filter(each => each.offline && !each.noselect).map(({ line }) => ({ file, line })),
  )
  const counted = named.filter(({ counts }) => counts)
  const isWaiting = (each: (typeof named)[number]) =>
    waiting.some(({ file, line }) => file === each.file && line === each.line)
  if (counted.length === 0 || !counted.every(isWaiting)) return []
  const presence = subject.files[file]?.presence
  const alone = presence !== undefined && DISPATCHERS.every(path => presence(path) === 'missing')
  const edits = waiting.map(({ file, line }) => ({
    file,
    line,
    kind: 'replace' as const,
    text: removeWord(lineOf(subject, file, line), 'offline'),
  }))
  return [
    found({
      name: 'sources-unusable',
      severity: alone ? 'warning' : 'note',
      what: `All sources are \`offline\`: chronyd asks none of them until somebody says \`chronyc online\`${alone ? ', and no script of the network is here that does' : ''}.`,
      evidence: waiting.map(({ file, line }) => evidenceAt(subject, file, line)),
      cost: 'As long as nobody says so, nobody keeps this clock.',
      remedy: {
        daemon: 'chrony',
        text: 'In a guest that always has a network take `offline` out.',
        changes: edits.map(({ text }) => text.trim()),
        edits,
      },
      confirm: '`chronyc activity`: no source is offline.',
    }),
  ]
}

function closed(subject: LintSubject): Finding[] {
  const { ntp, machine } = subject
  const lines = ntp.flatMap(({ file, read }) =>
    read.commands.filter(isInterface).map(command => ({ ...command, file })),
  )
  const asked = ntp.flatMap(({ file, read }) => read.associations.map(each => ({ ...each, file })))
  const last = lines.at(-1)
  // What the command line says of interfaces counts instead, and an attached clock needs none.
  if (
    !last ||
    !closesAll(lines) ||
    namesMore(subject, ntp) ||
    asked.length === 0 ||
    asked.some(({ kind, address }) => kind === 'refclock' || /^127\.127\.(?!1\.)/.test(address)) ||
    ntpdOptions(subject).some(({ options }) => options.interfaces.length > 0) ||
    (machine.ntpd?.family === 'classic' && isBefore(machine.ntpd, [4, 2, 6, 0]))
  )
    return []
  return [
    found({
      name: 'sources-unusable',
      severity: 'critical',
      what: `These lines leave ntpd no address but the loopback's, and so it reaches none of its servers. With any \`interface\` line an address that no line opens is left alone.`,
      evidence: lines.map(({ file, line }) => evidenceAt(subject, file, line)),
      cost: 'Nobody is asked: the clock drifts by seconds a day, and a guest loses each pause.',
      remedy: {
        daemon: 'ntpd',
        version: machine.ntpd?.numbers.join('.'),
        text: 'Open the address by which the servers are reached, or all; of the lines that speak of an address the last decides. Who may ask is for `restrict` to say.',
        changes: ['interface listen all'],
        edits: [{ file: last.file, line: last.line, kind: 'insert-after', text: 'interface listen all' }],
      },
      confirm: '`ntpq -c ifstats`: an address besides 127.0.0.1 and ::1 is enabled.',
    }),
  ]
}

/** `-I` counts instead of all lines, and what it does not name is left alone (ntp_io.c). */
function opensLoopbackAlone(subject: LintSubject): Finding[] {
  const given = ntpdOptions(subject).filter(({ options }) => options.interfaces.length > 0)
  const [first] = given
  const isLoopbackAlone = given.every(({ options }) => options.interfaces.every(isLoopback))
  const { ntp } = subject
  if (!first || !isLoopbackAlone || namesMore(subject, ntp) || !needsNetwork(subject)) return []
  const edits = given.flatMap(each =>
    subject.kinds[each.file] === 'process' ? [] : editContinued(subject, each, withoutInterface),
  )
  return [
    found({
      name: 'sources-unusable',
      severity: 'critical',
      what: `\`-I ${first.options.interfaces[0]}\` leaves ntpd no address but the loopback's, and so it reaches none of its servers.`,
      evidence: given.map(({ file, line }) => evidenceAt(subject, file, line)),
      cost: 'Nobody is asked: the clock drifts by seconds a day, and a guest loses each pause.',
      remedy: {
        daemon: 'ntpd',
        text: 'Take `-I` out. Who may ask is for `restrict` to say.',
        changes: edits.map(({ text }) => text.trim()),
        edits,
      },
      confirm: '`ntpq -c ifstats`: an address besides 127.0.0.1 and ::1 is enabled.',
    }),
  ]
}

const withoutInterface = (text: string): string => {
  const option = '(?:-I\\s*|--interface[=\\s])\\s*[^\\s"\']+(?=$|["\'\\s])'
  const without = text.replace(new RegExp(`\\s+${option}`, 'g'), '')
  return without.replace(new RegExp(`(["'=])${option}\\s*`, 'g'), '$1')
}

/** Servers are asked, and no clock is attached. */
const needsNetwork = ({ ntp }: LintSubject): boolean => {
  const asked = ntp.flatMap(({ read }) => read.associations)
  return (
    asked.some(({ kind, address }) => /^(?:server|pool|peer)$/.test(kind) && !address.startsWith('127.')) &&
    !asked.some(({ kind, address }) => kind === 'refclock' || /^127\.127\.(?!1\.)/.test(address))
  )
}

/** Requests leave from that address alone, of one family; those of the other go as they did. */
function boundToLoopback(subject: LintSubject): Finding[] {
  const bound = lastDirective(subject, 'bindacqaddress')
  const [of] = configuredSources(subject).filter(({ daemon }) => daemon === 'chrony')
  if (!bound || !of || of.elsewhere || !/^127\./.test(bound.words[0] ?? '')) return []
  const counted = of.named.filter(({ counts }) => counts)
  // By a name there may be addresses of the other family; chronyd takes what it is given first.
  if (counted.length === 0 || counted.some(({ network, address }) => !network || /^127\.|:/.test(address)))
    return []
  return [
    found({
      name: 'sources-unusable',
      severity: 'critical',
      what: `\`${bound.text}\`: requests leave from the loopback, from where no server is reached by IPv4.`,
      evidence: [evidenceAt(subject, bound.file, bound.line)],
      cost: 'Nobody answers: the clock drifts by seconds a day, and a guest loses each pause.',
      remedy: {
        daemon: 'chrony',
        text: 'Leave it out: the kernel chooses the address. Who may ask is for `allow` and `bindaddress` to say.',
        changes: [`without \`${bound.text}\``],
        edits: [{ file: bound.file, line: bound.line, kind: 'delete', text: '' }],
      },
      confirm: '`chronyc sources`: the column Reach stays 0.',
    }),
  ]
}
