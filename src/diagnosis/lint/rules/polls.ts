/**
 * out-of-range: poll intervals that their reader takes for others. ntpd knows none below 2^3 s (2^4 s before 4.2.6; ntp.h, ntp_config.c),
 * and brings a minpoll above maxpoll down to it; chronyd brings maxpoll up (ntp_core.c); systemd-timesyncd takes its own
 * intervals for wrong ones (timesyncd-conf.c). None of them says so where somebody looks. And settings of a source by which it is
 * hardly ever asked, or never believed.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { defaultsOf } from '#dialects/ntpd/defaults.ts'
import { isBefore } from '#dialects/ntpd/version.ts'
import {
  readSpan,
  SHORTEST_POLL,
  SHORTEST_RETRY,
  TIMESYNCD_DEFAULTS,
  timesyncdSettings,
} from '#dialects/timesyncd/settings.ts'
import type { Finding, Severity } from '../../finding.ts'
import { lastDirective } from '../reads.ts'
import { found, type LintRule, replaceWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, readerOf } from '../subject.ts'

export const polls: LintRule = subject => [
  ...subject.ntp.flatMap(({ file, read }) =>
    read.associations.flatMap(({ line, options: { values }, kind, address }) => {
      const asked: Asked = { subject, file, line, values, program: 'ntpd' }
      return [
        ...(kind === 'refclock' ? [] : tooShort(asked)),
        ...crossed(asked),
        ...(ASKS.test(kind) && !isAttached(address) ? [...aboveDefault(asked), ...belowDefault(asked)] : []),
        ...tooRare(asked),
      ]
    }),
  ),
  ...subject.chrony.flatMap(({ file, read }) =>
    read.sources.flatMap(({ line, kind, options: { values } }) => {
      const asked: Asked = { subject, file, line, values, program: 'chronyd' }
      return [
        ...crossed(asked),
        ...belowDefault(asked),
        ...tooRare(asked),
        ...lastStratum(asked),
        ...(kind === 'peer' ? [] : tooNear(asked)),
      ]
    }),
  ),
  ...timesyncd(subject),
]

interface Asked extends Written {
  readonly values: Values
  readonly program: Program
}

/** Where it stands. */
interface Written {
  readonly subject: LintSubject
  readonly file: number
  readonly line: number
}

const textOf = ({ subject, file, line }: Written): string => lineOf(subject, file, line)

type Program = 'ntpd' | 'chronyd'

const isAttached = (address: string): boolean => address.startsWith('127.127.')

const ASKS = /^(?:server|pool|peer)$/

type Values = ReadonlyMap<string, string>

const numberOf = (values: Values, name: string): number | undefined => {
  const value = Number(values.get(name) ?? Number.NaN)
  return Number.isInteger(value) ? value : undefined
}

const OF_LEAST_KNOWN = 3

/** The shortest interval that its reader takes. */
function leastOf({ subject, file }: Written): number {
  const { ntpd } = subject.machine
  if (ntpd) return defaultsOf(ntpd).leastPoll
  const part = subject.ntp.find(each => each.file === file)
  return readerOf(subject, part)?.family === 'ntpsec' ? 0 : OF_LEAST_KNOWN
}

function tooShort(asked: Asked): Finding[] {
  const { values } = asked
  const least = leastOf(asked)
  return ['minpoll', 'maxpoll'].flatMap(name => {
    const value = numberOf(values, name)
    if (value === undefined || value < 0 || value >= least) return []
    const corrected = withNumber(textOf(asked), name, value, least)
    return [
      pollFound(asked, {
        what: `\`${name} ${value}\` is less than this ntpd takes: it asks every ${2 ** least} s at most (2^${least}).`,
        cost: `It is taken for ${least}, and the log says so once.`,
        text: `Write \`${name} ${least}\`, or take NTPsec or chrony where shorter intervals are needed.`,
        corrected,
      }),
    ]
  })
}

function crossed(asked: Asked): Finding[] {
  const { values, program } = asked
  const [least, most] = [numberOf(values, 'minpoll'), numberOf(values, 'maxpoll')]
  if (least === undefined || most === undefined || least <= most) return []
  const text = textOf(asked)
  // As likely as not the two were mixed up.
  const corrected = withNumber(withNumber(text, 'minpoll', least, most), 'maxpoll', most, least)
  return [
    pollFound(asked, {
      what: `\`minpoll ${least}\` is above \`maxpoll ${most}\`.`,
      cost: takenFor(asked, program === 'ntpd' ? most : least),
      text: 'Put the smaller one first; equal ones mean a fixed interval.',
      corrected,
    }),
  ]
}

/** Before 4.2.6 ntpd leaves such a line out (its parser of that time, in ntp_config.c). */
const isRefused = ({ machine: { ntpd } }: LintSubject): boolean =>
  ntpd?.family === 'classic' && isBefore(ntpd, [4, 2, 6, 0])

const takenFor = ({ subject, program }: Asked, poll: number): string =>
  program === 'ntpd' && isRefused(subject)
    ? 'This ntpd says `config error: minpoll > maxpoll` in its log, and does not ask this source.'
    : `${program} takes both for ${poll}: it asks every ${2 ** poll} s, always.`

/** One alone is held against the default of the other (ntp_peer.c). chronyd asks as seldom as it is told then, and ntpd does not. */
function aboveDefault(asked: Asked): Finding[] {
  const { values } = asked
  const least = numberOf(values, 'minpoll')
  if (least === undefined || least <= USUAL.maxpoll || values.has('maxpoll')) return []
  return [
    pollFound(asked, {
      what: `\`minpoll ${least}\` is above the \`maxpoll\` that nobody changed, which is ${USUAL.maxpoll}.`,
      cost: takenFor(asked, USUAL.maxpoll),
      text: 'Leave it out: the interval grows by itself when the clock is quiet.',
      corrected: withoutNumber(textOf(asked), 'minpoll', least),
    }),
  ]
}

/** ntpd brings minpoll down to it, which may be meant; chronyd brings it up. What is less than ntpd takes is told by itself. */
function belowDefault(asked: Asked): Finding[] {
  const { subject, values, program } = asked
  const most = numberOf(values, 'maxpoll')
  if (most === undefined || most >= USUAL.minpoll || values.has('minpoll')) return []
  if (program === 'ntpd' && most < leastOf(asked)) return []
  const isObeyed = program === 'ntpd' && !isRefused(subject)
  return [
    pollFound(asked, {
      severity: isObeyed ? 'note' : 'warning',
      what: `\`maxpoll ${most}\` is below the \`minpoll\` that nobody changed, which is ${USUAL.minpoll}.`,
      cost: takenFor(asked, program === 'ntpd' ? most : USUAL.minpoll),
      text: 'If that is meant, say so; servers of others are not to be asked so often.',
      corrected: textOf(asked).replace(/(\bmaxpoll\s+-?\d+)/i, `minpoll ${most} $1`),
    }),
  ]
}

/** Of ntpd (ntp.h) and chronyd (srcparams.h) in all versions. */
const USUAL = { minpoll: 6, maxpoll: 10 }

/** A day and a half: the longest interval of ntpd, which chronyd does not end at. */
const RARE = 17

function tooRare(asked: Asked): Finding[] {
  const { values, program } = asked
  const [least, most] = [numberOf(values, 'minpoll'), numberOf(values, 'maxpoll')]
  // ntpd brings it down to maxpoll.
  if (least === undefined || least < RARE || (program === 'ntpd' && !(most !== undefined && most >= RARE)))
    return []
  const text = withoutNumber(textOf(asked), 'minpoll', least)
  return [
    pollFound(asked, {
      what: `\`minpoll ${least}\`: ${program} asks this server every ${duration(2 ** least)} at most (2^${least} s).`,
      cost: 'A clock drifts by seconds in that time, and a pause is noticed as late.',
      text: 'Leave it out: the interval grows by itself when the clock is quiet.',
      corrected: most !== undefined && most >= RARE ? withoutNumber(text, 'maxpoll', most) : text,
    }),
  ]
}

/** There is no stratum 16 to be of: it is taken for 15 (ntp_core.c). */
function lastStratum(asked: Asked): Finding[] {
  const value = numberOf(asked.values, 'minstratum')
  if (value !== LAST_STRATUM) return []
  return [
    pollFound(asked, {
      what: '`minstratum 16` is taken for 15, the last stratum that can be followed.',
      cost: 'Whoever follows it is of stratum 16, which is to say not synchronised, to all that ask it.',
      text: 'Leave it out; who is to be watched and not followed gets `noselect`.',
      corrected: withoutNumber(textOf(asked), 'minstratum', value),
      confirm: '`chronyc tracking`: the stratum.',
    }),
  ]
}

const LAST_STRATUM = 16

/** Kernel and driver alone take longer; only stamps of the network cards themselves leave them out. */
const NO_WAY: Seconds = 1e-6

function tooNear(asked: Asked): Finding[] {
  const written = asked.values.get('maxdelay')
  const most = Number(written ?? Number.NaN)
  if (!(most <= NO_WAY) || lastDirective(asked.subject, 'hwtimestamp') !== undefined) return []
  return [
    pollFound(asked, {
      what: `\`maxdelay ${written}\`: no answer comes within ${most === 0 ? 'no time' : duration(most)}; the value is in seconds.`,
      cost: 'chronyd drops all that this server answers, and never follows it.',
      text: 'Leave it out: the default is 3 s.',
      corrected: textOf(asked).replace(/\s+maxdelay\s+\S+/i, ''),
      confirm: '`chronyc ntpdata`: `Total good RX` stays 0.',
    }),
  ]
}

const withoutNumber = (text: string, name: string, value: number): string =>
  text.replace(new RegExp(`\\s+${name}\\s+${value}\\b`, 'i'), '')

const withNumber = (text: string, name: string, from: number, to: number): string =>
  text.replace(new RegExp(`(\\b${name}\\s+)${from}\\b`, 'i'), `$1${to}`)

function pollFound(
  { subject, file, line }: Written,
  said: {
    what: string
    cost: string
    text: string
    corrected: string
    severity?: Severity
    confirm?: string
  },
): Finding {
  return found({
    name: 'out-of-range',
    severity: said.severity ?? 'warning',
    what: said.what,
    evidence: [evidenceAt(subject, file, line)],
    cost: said.cost,
    remedy: {
      text: said.text,
      changes: [said.corrected.trim()],
      edits: [{ file, line, kind: 'replace', text: said.corrected }],
    },
    confirm: said.confirm ?? '`ntpq -p` or `chronyc sources`: the column of the poll interval.',
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
      pollFound(
        { subject, ...least },
        {
          what: `\`PollIntervalMinSec=${least.value}\` is less than ${SHORTEST_POLL} s, which systemd-timesyncd does not take.`,
          cost: 'It warns in the log, and takes its default: 32 s.',
          text: `Write ${SHORTEST_POLL} s or more.`,
          corrected: replaceWord(lineOf(subject, least.file, least.line), least.value, `${SHORTEST_POLL}`),
        },
      ),
    )
  const retry = last('ConnectionRetrySec')
  const between = retry && readSpan(retry.value)
  if (retry && between !== undefined && between < SHORTEST_RETRY)
    findings.push(
      pollFound(
        { subject, ...retry },
        {
          what: `\`ConnectionRetrySec=${retry.value}\` is less than ${SHORTEST_RETRY} s, which systemd-timesyncd does not take.`,
          cost: `It warns in the log, and takes its default: ${TIMESYNCD_DEFAULTS.connectionRetry} s.`,
          text: `Write ${SHORTEST_RETRY} s or more.`,
          corrected: replaceWord(lineOf(subject, retry.file, retry.line), retry.value, `${SHORTEST_RETRY}`),
          confirm: 'The journal of systemd-timesyncd after a restart.',
        },
      ),
    )
  const isTaken = least !== undefined && shortest !== undefined && shortest >= SHORTEST_POLL
  const taken = timesyncdSettings(subject.timesyncd.map(({ read }) => read)).settings.pollIntervalMin
  if (most && longest !== undefined && longest < taken)
    findings.push(
      pollFound(
        { subject, ...most },
        {
          what: `\`PollIntervalMaxSec=${most.value}\` is less than \`PollIntervalMinSec\`, which is ${isTaken ? least.value : `${taken} s by default`}.`,
          cost: 'systemd-timesyncd warns in the log, and takes a longest interval of its own: 34 min or more.',
          text: 'Write the longer one behind PollIntervalMaxSec.',
          corrected: replaceWord(
            lineOf(subject, most.file, most.line),
            most.value,
            isTaken ? least.value : `${taken}`,
          ),
        },
      ),
    )
  return findings
}
