/**
 * out-of-range: poll intervals that their reader takes for others. ntpd knows none below 2^3 s (2^4 s before 4.2.6; ntp.h, ntp_config.c),
 * and brings a minpoll above maxpoll down to it; chronyd brings maxpoll up (ntp_core.c); systemd-timesyncd takes its own
 * intervals for wrong ones (timesyncd-conf.c). None of them says so where somebody looks.
 */
import { defaultsOf } from '#dialects/ntpd/defaults.ts'
import { readSpan, SHORTEST_POLL, TIMESYNCD_DEFAULTS } from '#dialects/timesyncd/settings.ts'
import type { Finding } from '../../finding.ts'
import { found, type LintRule, replaceWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, readerOf } from '../subject.ts'

export const polls: LintRule = subject => [
  ...subject.ntp.flatMap(({ file, read }) =>
    read.associations.flatMap(({ line, options, kind }) => [
      ...tooShort(subject, file, line, options.values, kind === 'refclock'),
      ...crossed(subject, file, line, options.values, 'ntpd'),
    ]),
  ),
  ...subject.chrony.flatMap(({ file, read }) =>
    read.sources.flatMap(({ line, options }) => crossed(subject, file, line, options.values, 'chronyd')),
  ),
  ...timesyncd(subject),
]

type Values = ReadonlyMap<string, string>

const numberOf = (values: Values, name: string): number | undefined => {
  const value = Number(values.get(name) ?? Number.NaN)
  return Number.isInteger(value) ? value : undefined
}

const OF_LEAST_KNOWN = 3

function tooShort(
  subject: LintSubject,
  file: number,
  line: number,
  values: Values,
  refclock: boolean,
): Finding[] {
  const { ntpd } = subject.machine
  const least = ntpd
    ? defaultsOf(ntpd).leastPoll
    : readerOf(
          subject,
          subject.ntp.find(part => part.file === file),
        )?.family === 'ntpsec'
      ? 0
      : OF_LEAST_KNOWN
  if (refclock) return []
  return ['minpoll', 'maxpoll'].flatMap(name => {
    const value = numberOf(values, name)
    if (value === undefined || value < 0 || value >= least) return []
    const text = lineOf(subject, file, line)
    const corrected = withNumber(text, name, value, least)
    return [
      pollFound(subject, file, line, {
        what: `\`${name} ${value}\` is less than this ntpd takes: it asks every ${2 ** least} s at most (2^${least}).`,
        cost: `It is taken for ${least}, and the log says so once.`,
        text: `Write \`${name} ${least}\`, or take NTPsec or chrony where shorter intervals are needed.`,
        corrected,
      }),
    ]
  })
}

function crossed(
  subject: LintSubject,
  file: number,
  line: number,
  values: Values,
  program: 'ntpd' | 'chronyd',
): Finding[] {
  const [least, most] = [numberOf(values, 'minpoll'), numberOf(values, 'maxpoll')]
  if (least === undefined || most === undefined || least <= most) return []
  const text = lineOf(subject, file, line)
  // As likely as not the two were mixed up.
  const corrected = withNumber(withNumber(text, 'minpoll', least, most), 'maxpoll', most, least)
  const taken = program === 'ntpd' ? most : least
  return [
    pollFound(subject, file, line, {
      what: `\`minpoll ${least}\` is above \`maxpoll ${most}\`.`,
      cost: `${program} takes both for ${taken}: it asks every ${2 ** taken} s, always.`,
      text: 'Put the smaller one first; equal ones mean a fixed interval.',
      corrected,
    }),
  ]
}

const withNumber = (text: string, name: string, from: number, to: number): string =>
  text.replace(new RegExp(`(\\b${name}\\s+)${from}\\b`, 'i'), `$1${to}`)

function pollFound(
  subject: LintSubject,
  file: number,
  line: number,
  said: { what: string; cost: string; text: string; corrected: string },
): Finding {
  return found({
    name: 'out-of-range',
    severity: 'warning',
    what: said.what,
    evidence: [evidenceAt(subject, file, line)],
    cost: said.cost,
    remedy: {
      text: said.text,
      changes: [said.corrected.trim()],
      edits: [{ file, line, kind: 'replace', text: said.corrected }],
    },
    confirm: '`ntpq -p` or `chronyc sources`: the column of the poll interval.',
  })
}

/** Over all files of the daemon; the last word counts. */
function timesyncd(subject: LintSubject): Finding[] {
  const said = subject.timesyncd.flatMap(({ file, read }) => read.others.map(each => ({ ...each, file })))
  const last = (key: string) => said.findLast(each => each.key === key)
  const [least, most] = [last('PollIntervalMinSec'), last('PollIntervalMaxSec')]
  const [shortest, longest] = [least && readSpan(least.value), most && readSpan(most.value)]
  const findings: Finding[] = []
  if (least && shortest !== undefined && shortest < SHORTEST_POLL)
    findings.push(
      pollFound(subject, least.file, least.line, {
        what: `\`PollIntervalMinSec=${least.value}\` is less than ${SHORTEST_POLL} s, which systemd-timesyncd does not take.`,
        cost: 'It warns in the log, and takes its default: 32 s.',
        text: `Write ${SHORTEST_POLL} s or more.`,
        corrected: replaceWord(lineOf(subject, least.file, least.line), least.value, `${SHORTEST_POLL}`),
      }),
    )
  const isTaken = least !== undefined && shortest !== undefined && shortest >= SHORTEST_POLL
  const taken = isTaken ? shortest : TIMESYNCD_DEFAULTS.pollIntervalMin
  if (most && longest !== undefined && longest < taken)
    findings.push(
      pollFound(subject, most.file, most.line, {
        what: `\`PollIntervalMaxSec=${most.value}\` is less than \`PollIntervalMinSec\`, which is ${isTaken ? least.value : `${taken} s by default`}.`,
        cost: 'systemd-timesyncd warns in the log, and takes a longest interval of its own: 34 min or more.',
        text: 'Write the longer one behind PollIntervalMaxSec.',
        corrected: replaceWord(
          lineOf(subject, most.file, most.line),
          most.value,
          isTaken ? least.value : `${taken}`,
        ),
      }),
    )
  return findings
}
