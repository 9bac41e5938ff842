/**
 * no-source, single-source, two-sources, fewer-than-four, never-agrees, no-iburst: how many opinions there are, and how soon the first one
 * is known. One is believed whatever it says; of two nobody can tell which one is wrong; three stand one liar, four also the
 * loss of one.
 */
import type { Daemon } from '#core/trace/series.ts'
import { CHRONY_GRAMMAR } from '#dialects/chrony/grammar.ts'
import { optionFormsOf } from '#dialects/grammar.ts'
import { wordsOf } from '#dialects/named-source.ts'
import { nearest } from '#dialects/nearest.ts'
import { NTPD_GRAMMAR } from '#dialects/ntpd/grammar.ts'
import type { Evidence, Finding } from '../../finding.ts'
import { type ConfiguredSource, configuredSources, isOffered } from '../configured-sources.ts'
import { PROGRAMS } from '../daemons.ts'
import { PULSES } from '../origin.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'
import { addedSources } from './added-sources.ts'

/** How many sources a pool is good for. */
const POOL = 4
const ENOUGH = 4
/** Behind one name of a cloud's own service there are several servers, and people who watch them (the last address: Oracle's, Google's). */
export const WATCHED =
  /^(?:169\.254\.169\.(?:123|254)|fd00:ec2::123|metadata\.google\.internal|time\.aws\.com|ntp\.cloud\.aliyuncs\.com)$/

export const sources: LintRule = subject =>
  configuredSources(subject).flatMap(of => [
    ...howMany(subject, of).map(finding => withMisnamed(subject, of, ifNoneIsAdded(subject, of, finding))),
    ...neverAgrees(subject, of),
    ...noIburst(subject, of),
  ])

function howMany(subject: LintSubject, of: ConfiguredSource): Finding[] {
  const { named, daemon, program, file, local, unseen = [] } = of
  const elsewhere = of.elsewhere && unseen.length === 0
  const heard = unseen.length > 0 ? (subject.machine.about.heard ?? []) : []
  const counted = named.filter(({ counts }) => counts)
  const distinct = new Map(counted.map(each => [each.address.toLowerCase(), each]))
  const pools = counted.some(({ pool }) => pool)
  const configured = howManyClocks([...distinct.values()])
  // Those that are only watched are listed like the others.
  const watched = named.reduce((sum, { counts, pool }) => sum + (counts ? 0 : (pool ?? 1)), 0)
  const count = Math.max(configured, heard.length - watched)
  const evidence = [
    ...[...distinct.values()].map(({ file, line }) => evidenceAt(subject, file, line)),
    ...(count > configured ? heard : []),
  ]
  if (subject.machine.about.controlled || count >= ENOUGH || (pools && count > 2)) return []
  // Of those that are there and cannot be followed it is told by itself.
  if (count === 0 && (elsewhere || named.some(({ barred }) => barred))) return []
  const more = { daemon, program, file, after: isToml(program) ? undefined : counted.at(-1) }
  const hook = subject.machine.about.daemons?.find(({ name }) => PROGRAMS[name] === program)?.dhcpHook
  const onlyWatched = named.filter(({ file, line }) => NOSELECT.test(lineOf(subject, file, line)))
  if (count === 0 && !local && onlyWatched.length > 0) return [watchedOnly(subject, of, onlyWatched)]
  if (count === 0)
    return local
      ? [
          few(subject, more, {
            name: 'no-source',
            severity: 'warning',
            what: `No source is configured: ${of.program} asks nobody, and passes its own clock on.`,
            evidence: [evidenceAt(subject, file, 1)],
            cost: 'The clock runs free, by seconds a day, and a pause stays in it; whoever asks this machine goes wrong with it. On an island without any clock that is meant so.',
            count,
          }),
        ]
      : [
          few(subject, more, {
            name: 'no-source',
            // Whom the network names may be enough. Without anybody it is no better than without a daemon.
            severity: hook || (of.emptied && !subject.machine.about.complete) ? 'warning' : 'critical',
            what: hook
              ? `No source is configured: ${of.program} asks only whom DHCP names (${hook.value} hands it on), and else nobody.`
              : of.emptied
                ? `No source is configured, and those that ${of.program} was built with are taken away: it asks only whom the network names (DHCP), and else nobody.`
                : `No source is configured: ${of.program} asks nobody, and the clock runs free.`,
            evidence: [
              of.emptied
                ? evidenceAt(subject, of.emptied.file, of.emptied.line)
                : evidenceAt(subject, file, 1),
              ...(hook?.evidence ?? []),
            ],
            cost: hook
              ? 'Where DHCP names no server nobody keeps this clock; and whom it names may change with the network.'
              : 'Nobody keeps this clock: it drifts by seconds a day, and a guest loses each pause.',
            count,
          }),
        ]
  const all = [...distinct.values()]
  const names = all.map(({ address }) => address).join(' and ')
  // chronyd leaves out pulses as long as its clock is not set (refclock.c); ntpd's driver 22 waits for a source that numbers them.
  if (all.every(({ origin }) => origin === PULSES))
    return local || elsewhere
      ? []
      : [
          few(subject, more, {
            name: 'never-agrees',
            severity: 'critical',
            what: `${names} gives pulses only: they say when a second begins, and not which one it is, and ${program} does not take them without another source that does.`,
            evidence,
            cost: 'It never sets the clock.',
            count: 0,
          }),
        ]
  // It follows one at a time: several do not contradict each other.
  if (daemon === 'timesyncd' && count > 1) return []
  // What another file adds is not known here.
  if (elsewhere) return []
  // That of the host alone is said so by the rule about it.
  if (count === 1 && all.every(({ address }) => /^PHC /.test(address)) && subject.machine.isGuest !== false)
    return []
  if (count === 1)
    return [
      few(subject, more, {
        name: 'single-source',
        severity:
          all.some(({ address }) => WATCHED.test(address)) || daemon === 'timesyncd' ? 'note' : 'warning',
        what:
          all.length === 1
            ? `${names} is the only source: what it says is believed.`
            : `${names} come down to one clock: what it says is believed.`,
        evidence,
        cost: 'If it is wrong, so is this clock; if it is lost, the clock runs free.',
        count,
      }),
    ]
  if (count === 2)
    return [
      few(subject, more, {
        name: 'two-sources',
        severity: 'critical',
        what: `${names} ${all.length === 2 ? 'are the only sources' : 'come down to two clocks'}: when they disagree nobody can tell which one is wrong. Two is the worst number; one alone would be better.`,
        evidence,
        cost: 'When they disagree the daemon follows neither, or goes from one to the other.',
        count,
      }),
    ]
  return [
    few(subject, more, {
      name: 'fewer-than-four',
      severity: 'note',
      what: `Three sources stand one that lies, or the loss of one, and not both.`,
      evidence,
      cost: 'When one is lost, two are left, and those may disagree.',
      count,
    }),
  ]
}

/** What is not here may add sources; where it is known whom the daemon asked, it did not. */
function ifNoneIsAdded(subject: LintSubject, of: ConfiguredSource, finding: Finding): Finding {
  const { unseen = [], elsewhere } = of
  const [first] = unseen
  if (!first || subject.machine.about.heard?.length) return finding
  const lines = unseen.map(({ file, line }) => evidenceAt(subject, file, line))
  const named = lines.map(({ text }) => `\`${text}\``).join(', ')
  const unless = unseen.every(isOffered)
    ? `the network (DHCP) offers none: ${named} ${lines.length === 1 ? 'is' : 'are'} not here`
    : `what is not here adds none: ${named}`
  return {
    ...finding,
    severity: elsewhere && finding.severity === 'critical' ? 'warning' : finding.severity,
    what: `${finding.what} That is so if ${unless}.`,
    evidence: [...finding.evidence, ...lines],
  }
}

/** There would be more, were it not for a name. */
function withMisnamed(subject: LintSubject, { program }: ConfiguredSource, finding: Finding): Finding {
  const { misnamed = [] } = subject.machine.about
  const [first] = misnamed
  if (!first || program !== PROGRAMS.chronyd) return finding
  const paths = [...new Set(misnamed.map(({ path }) => path))]
  const named = paths.join(', ')
  return {
    ...finding,
    what: `${finding.what} ${named} ${paths.length === 1 ? 'says' : 'say'} more, and chronyd does not read ${paths.length === 1 ? 'it' : 'them'}: in a folder of \`sourcedir\` names end in .sources, in one of \`confdir\` in .conf.`,
    evidence: [...finding.evidence, ...misnamed],
    remedy: { ...finding.remedy, text: `Give ${named} such a name. ${finding.remedy.text}` },
  }
}

/** Lines that tell of the same clock are one; pulses are counted by another clock, and say which second it is of none. */
function howManyClocks(sources: readonly ConfiguredSource['named'][number][]): number {
  const clocks = new Map(sources.map(each => [each.origin, each]))
  if (clocks.size > 1) clocks.delete(PULSES)
  return [...clocks.values()].reduce((sum, { pool }) => sum + (pool ? POOL : 1), 0)
}

const NOSELECT = /\s+noselect\b/i

/** Each is asked, and none is followed. */
function watchedOnly(
  subject: LintSubject,
  { daemon, program }: ConfiguredSource,
  those: ConfiguredSource['named'],
): Finding {
  const lines = those.map(({ file, line }) => ({ file, line, text: lineOf(subject, file, line) }))
  return found({
    name: 'no-source',
    severity: 'critical',
    what: `Each source is only to be watched (\`noselect\`): ${program} asks them and follows none, and the clock runs free.`,
    measures: { sources: 0 },
    evidence: lines.map(({ file, line }) => evidenceAt(subject, file, line)),
    cost: 'Nobody keeps this clock: it drifts by seconds a day, and a guest loses each pause.',
    remedy: {
      daemon,
      text: 'Take `noselect` out of the lines of those that are right; or, where another program is to keep the clock, see that it does.',
      changes: lines.map(({ text }) => text.replace(NOSELECT, '').trim()),
    },
    confirm: '`clockwright query` with these servers.',
  })
}

function few(
  subject: LintSubject,
  of: { daemon: Daemon; program: string; file: number; after: { file: number; line: number } | undefined },
  what: Pick<Finding, 'name' | 'severity' | 'what' | 'cost'> & {
    evidence: readonly Evidence[]
    count: number
  },
): Finding {
  const after = of.after ?? { file: of.file, line: subject.lines[of.file]!.length }
  const lines = what.evidence.map(({ text }) => text)
  const { changes, edits, needs } = addedSources(subject, of.program, lines, after)
  return found({
    name: what.name,
    severity: what.severity,
    what: what.what,
    measures: { sources: what.count },
    evidence: what.evidence,
    cost: what.cost,
    remedy: {
      daemon: of.daemon,
      text: `Four sources stand the loss of one and the lie of another.${of.daemon !== 'chrony' || subject.machine.isGuest === false ? '' : ' The clock of the host (a PTP device of KVM, Hyper-V or VMware) can be one more.'}${needs ? ` ${needs}` : ''}`,
      changes,
      edits,
    },
    confirm: '`clockwright query` with these and other servers.',
  })
}

/** There a table follows behind the last line of the file. */
const isToml = (program: string): boolean => program === PROGRAMS['ntpd-rs']

function neverAgrees(
  subject: LintSubject,
  { needed, named, elsewhere, program, daemon }: ConfiguredSource,
): Finding[] {
  // With ntpd-rs pulses are counted by none (ntp.toml(5)).
  const isCounted = ({ counts, origin }: (typeof named)[number]) =>
    counts && !(program === PROGRAMS['ntpd-rs'] && origin === PULSES)
  const count = named.filter(isCounted).reduce((sum, { pool }) => sum + (pool ?? 1), 0)
  if (!needed || elsewhere || count === 0 || count >= needed.count) return []
  const { file, line } = needed
  const lowered =
    line === undefined ? needed.asLine(count) : lower(lineOf(subject, file, line), needed, count)
  return [
    found({
      name: 'never-agrees',
      severity: 'critical',
      what: `${program} waits until ${needed.count} sources agree, and there ${count === 1 ? 'is one' : `are ${count}`}${needed.line === undefined ? `: ${needed.count} is its default` : ''}.`,
      measures: { needed: needed.count, sources: count },
      evidence: [evidenceAt(subject, needed.file, needed.line ?? named[0]!.line)],
      cost: 'It never sets the clock.',
      remedy: {
        daemon,
        text: `Configure more sources, or lower \`${needed.setting}\`.`,
        changes: [lowered.trim()],
        edits: line === undefined ? [] : [{ file, line, kind: 'replace', text: lowered }],
      },
      confirm: 'The status of the daemon: no source is selected.',
    }),
  ]
}

/** Another number behind its name, and what else the line says as it is. */
const lower = (line: string, { setting }: { readonly setting: string }, count: number): string =>
  line.replace(
    new RegExp(`(\\b${setting.replace(/^.* /, '')}[\\s=]+)[^\\s#]+`, 'i'),
    (_, before: string) => `${before}${count}`,
  )

function noIburst(subject: LintSubject, { named, daemon, program }: ConfiguredSource): Finding[] {
  if (daemon !== 'ntpd' && daemon !== 'chrony') return []
  const without = named.filter(
    ({ counts, iburst, file, line }) =>
      counts &&
      iburst === false &&
      !(daemon === 'chrony' && isPeer(lineOf(subject, file, line))) &&
      !isMisspelt(lineOf(subject, file, line), daemon),
  )
  const [first] = without
  if (!first) return []
  return [
    found({
      name: 'no-iburst',
      severity: 'note',
      what: `${without.length === 1 ? `${first.address} is` : `${without.length} sources are`} asked once a poll from the start, without \`iburst\`.`,
      measures: { sources: without.length },
      evidence: without.slice(0, 5).map(({ file, line }) => evidenceAt(subject, file, line)),
      cost: `After a start ${program} needs minutes instead of seconds until it follows a source.`,
      remedy: {
        daemon,
        text: 'Add `iburst`.',
        changes: [`${lineOf(subject, first.file, first.line).trim()} iburst`],
        edits: without.map(({ file, line }) => ({
          file,
          line,
          kind: 'replace' as const,
          text: withOption(lineOf(subject, file, line), 'iburst'),
        })),
      },
      confirm: 'The log after a start.',
    }),
  ]
}

/** Towards a peer chronyd sends no burst, whatever its options (ntp_core.c). */
const isPeer = (line: string): boolean => /^\s*peer\s/i.test(line)

/** It is meant to stand there, and its spelling is found elsewhere. */
function isMisspelt(line: string, daemon: 'ntpd' | 'chrony'): boolean {
  const known = [...optionFormsOf(daemon === 'chrony' ? CHRONY_GRAMMAR : NTPD_GRAMMAR, 'server').keys()]
  return wordsOf(line)
    .slice(2)
    .map(word => word.toLowerCase())
    .some(word => !known.includes(word) && nearest(word, known) === 'iburst')
}

/** An option put behind the last word and before a comment. */
export const withOption = (line: string, option: string): string =>
  line.replace(
    /^([^#]*[^#\s])(\s*(?:#.*)?)$/,
    (_, words: string, rest: string) => `${words} ${option}${rest}`,
  )
