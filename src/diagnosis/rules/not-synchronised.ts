/**
 * not-synchronised: timedatectl, ntpstat, ntpq or chronyc said that no source was followed (field report 001). Or a daemon's log
 * only tells that it could not follow any, or ends with that.
 */
import type { HostLog } from '#analysis/log/host-log.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, EventName, LogEvent } from '#core/trace/series.ts'
import type { Cause, Finding } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { isOwnClock, type Unfollowed, unfollowedOf } from '../listed.ts'
import { refusalOf } from '../refusal.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, onceEach, type Subject, spanOf } from '../subject.ts'
import { mendDistance, TOO_DISTANT, tooDistantCauses } from '../too-distant.ts'
import { lastWordsAlone } from './sources-lost.ts'
import { untimedRuns } from './untimed-runs.ts'

export const notSynchronised: Rule = ({ log, keeper }) => {
  const said = log.timeless.filter(({ what }) => what === 'unsynchronised')
  const unbelieved = noneBelieved(log, keeper)
  const offline = log.timeless.find(({ what }) => what === 'offline')
  if (said.length === 0)
    return [...(offline ? [noneAsked(offline, keeper)] : noneAnswers(log, keeper)), ...unbelieved]
  if (unbelieved.length > 0) return unbelieved
  const otherwise = log.timeless.filter(({ what }) => what === 'synchronised')
  const off = log.timeless.filter(({ what }) => what === 'no-daemon')
  const contradicted = otherwise.length > 0
  return [
    {
      name: 'not-synchronised',
      severity: contradicted ? 'note' : 'warning',
      from: undefined,
      to: undefined,
      what: contradicted
        ? 'One command said that the clock is not synchronised, and another that it is.'
        : 'The clock was not synchronised when these commands were run.',
      measures: { said: said.length, otherwise: otherwise.length },
      evidence: [...said.slice(0, 3), ...off.slice(0, 2), ...otherwise.slice(0, 2)].map(evidenceOf),
      cost: RUNS_FREE,
      causes: [
        ...(off.length > 0 ? [{ what: 'no time daemon is turned on', why: 'a command said so' }] : []),
        ...(offline ? [OFFLINE] : []),
        { what: 'no source answers, or none is believed', why: 'if a daemon runs' },
        {
          what: 'the daemon tells the kernel nothing',
          why: contradicted
            ? 'the daemon says that it is synchronised; timedatectl asks the kernel only'
            : 'ntpd with -x does not set the kernel’s flag',
        },
      ],
      remedy: configure(keeper, 'See whether a daemon runs and which sources it hears.', [
        'chronyc sources   (or ntpq -pn)',
        'systemctl status chronyd ntpd systemd-timesyncd',
      ]),
      confirm: 'adjtimex --print, and `clockwright query` for the true offset.',
    },
  ]
}

const OFFLINE: Cause = {
  what: 'the daemon was told that there is no network: `offline` in the lines of its sources, or `chronyc offline` of a script of the network',
  why: '`chronyc activity` counts all of its sources as offline',
}

function noneAsked(offline: LogEvent, keeper: Keeper): Finding {
  return {
    name: 'not-synchronised',
    severity: 'warning',
    from: undefined,
    to: undefined,
    what: `${keeper.name} asks nobody: ${offline.size === 1 ? 'its source is' : `all ${offline.size} sources are`} offline.`,
    measures: { sources: offline.size },
    evidence: [evidenceOf(offline)],
    cost: RUNS_FREE,
    causes: [OFFLINE],
    remedy: configure(keeper, 'Tell it that the network is there, and see who had told it otherwise.', [
      'chronyc online',
    ]),
    confirm: 'chronyc activity',
  }
}

/** ntpq -p and chronyc sources list sources, timedatectl names its server, and none of them was heard. */
function noneAnswers({ timeless }: HostLog, keeper: Keeper): Finding[] {
  const silent = timeless.filter(({ what, source }) => what === 'unreachable' && source !== undefined)
  const heard = timeless.some(({ what, source }) => what === 'offset-now' && source !== undefined)
  if (silent.length === 0 || heard || timeless.some(({ what }) => what === 'synchronised')) return []
  return [
    {
      name: 'not-synchronised',
      severity: 'warning',
      from: undefined,
      to: undefined,
      what: `None of the sources has answered: ${silent.length} of ${silent.length} had not been heard when the report was made.`,
      measures: { silent: silent.length },
      evidence: silent.slice(0, 4).map(evidenceOf),
      cost: RUNS_FREE,
      causes: [
        { what: 'a firewall, or the network, loses UDP port 123', why: 'no packet came back' },
        ...(keeper.daemon === 'timesyncd'
          ? [
              {
                what: 'the server is not synchronised itself, or too far from its source: timesyncd drops its answers',
                why: 'if tcpdump shows answers; a domain controller often has a root distance above RootDistanceMaxSec',
              },
            ]
          : []),
        {
          what: 'the names of the sources cannot be resolved, or they are switched off',
          why: 'if the network is up',
        },
      ],
      remedy: configure(keeper, 'Ask them from this machine, and from another one.', ['clockwright query …']),
      confirm: '`tcpdump -n port 123`.',
    },
  ]
}

/** All that were heard are refused or marked as falsetickers, or so many of them that none is followed. */
function noneBelieved(log: HostLog, keeper: Keeper): Finding[] {
  const listed = unfollowedOf(log)
  if (!listed || log.timeless.some(({ what }) => what === 'synchronised')) return []
  const { heard, marked, refused } = listed
  if (marked.length === 0)
    return refused.length === heard.length && !log.timeless.some(servesItsOwn)
      ? [noneAccepted(listed, { log, keeper })]
      : []
  return [
    {
      name: 'not-synchronised',
      severity: 'warning',
      from: undefined,
      to: undefined,
      what: `${keeper.name} heard ${heard.length} ${heard.length === 1 ? 'source' : 'sources'} and follows none: it calls ${marked.length} of them falsetickers.`,
      measures: { heard: heard.length, falsetickers: marked.length },
      evidence: [...marked.slice(0, 4), ...saidSo(log)].map(evidenceOf),
      cost: RUNS_FREE,
      causes: [{ what: 'the sources contradict each other', why: 'it marks them so' }],
      remedy: configure(keeper, 'Find out which of them are right, and leave out the others.', [
        'clockwright query …',
      ]),
      confirm: 'The same command, with more sources.',
    },
  ]
}

/** `local` of chronyd: that it follows nobody is told as that. */
const servesItsOwn = (event: LogEvent): boolean =>
  event.daemon === 'chrony' && event.what === 'selected' && isOwnClock(event)

const saidSo = ({ timeless }: HostLog): LogEvent[] =>
  timeless.filter(({ what }) => what === 'unsynchronised').slice(0, 1)

/** Not falsetickers: they may all be right. */
function noneAccepted(listed: Unfollowed, { log, keeper }: Pick<Subject, 'log' | 'keeper'>): Finding {
  const { refused, distant } = listed
  const { why, causes, text, changes, confirm } = refusalOf(listed, keeper.daemon)
  return {
    name: 'not-synchronised',
    severity: 'warning',
    from: undefined,
    to: undefined,
    what: `${keeper.name} hears ${refused.length} ${refused.length === 1 ? 'source' : 'sources'} well and follows none: it refuses ${refused.length === 1 ? 'it' : 'all of them'}${why}.`,
    measures: { refused: refused.length, ...(distant[0] && { distance: distant[0].size }) },
    evidence: onceEach([...refused.slice(0, 4), ...distant.slice(0, 2), ...saidSo(log)]).map(evidenceOf),
    cost: RUNS_FREE,
    causes,
    remedy: configure(keeper, text, changes),
    confirm,
  }
}

const RUNS_FREE = 'The clock runs free: a minute off after some weeks, and at once after a pause.'
const LONG: Seconds = 3600
/** What it says only of a clock that it compares with a source. */
const CORRECTED: readonly EventName[] = ['selected', 'stepped', 'offset-found']
const FOLLOWED: readonly EventName[] = [
  'selected',
  'synchronised',
  'reachable',
  'stepped',
  'offset-found',
  'panic',
]

export const neverFollowed: Rule = ({ log, keeper, when }) => {
  const mine = (...whats: readonly EventName[]) =>
    log.events.of(...whats).filter(({ daemon }) => daemon === keeper.daemon)
  const failures = mine('no-source', 'unreachable')
  const measured = log.bestSamples(keeper.daemon) ?? log.updatesOf(keeper.daemon)?.heardTo
  const unsynced = endsUnsynced(mine('no-source', 'synchronised'))
  if (unsynced) return [endedUnsynced(unsynced, mine('unreachable'), { keeper, when })]
  const alone = lastWordsAlone(log, keeper.daemon)
  if (alone) return [endedAlone(alone.silent, failures, { keeper, when })]
  const row = lastRowAlone(log, keeper.daemon)
  if (row !== undefined) return [endedAlone(row, [], { keeper, when })]
  if (measured !== undefined) return []
  const selectsNobody = neverSelected(log, keeper)
  if (selectsNobody) return [selectsNobody]
  const printed = untimedRuns({ log, keeper })
  failures.push(...printed.silent)
  const found = mine(...FOLLOWED).length + printed.sets.length + printed.looks.length
  if (failures.length === 0 || found > 0) return []
  const distant = failures.filter(({ text }) => TOO_DISTANT.test(text))
  const only = distant.length === failures.length
  const mend = mendDistance(keeper.daemon)
  return [
    {
      name: 'not-synchronised',
      severity: 'warning',
      ...spanOf(failures),
      what: `In this log ${keeper.name} never followed a source.`,
      measures: { failures: failures.length },
      evidence: [...distant.slice(0, 1), ...failures.filter(each => each !== distant[0])]
        .slice(0, 3)
        .map(evidenceOf),
      cost: RUNS_FREE,
      causes: [
        ...(distant.length > 0 ? tooDistantCauses(keeper.daemon, undefined) : []),
        ...(only
          ? []
          : [
              {
                what: 'the network, or the resolver of names, was not up yet',
                why: 'if the log ends soon after the start',
              },
              { what: 'no source answers, or none is believed', why: 'it says so' },
            ]),
      ],
      remedy: only
        ? configure(keeper, mend.text, mend.changes)
        : configure(keeper, 'See which sources it hears, and whether UDP port 123 passes.'),
      confirm: 'What it logs later; `clockwright query` with the same servers.',
    },
  ]
}

/**
 * chronyd says whom it follows as soon as it does, within minutes of its start: what was written for hours after that, until it
 * ended, shows that it ran and followed nobody.
 */
function neverSelected(log: HostLog, keeper: Keeper): Finding | undefined {
  const mine = (...whats: readonly EventName[]) =>
    log.events.of(...whats).filter(({ daemon }) => daemon === keeper.daemon)
  if (keeper.daemon !== 'chrony' || mine('panic', ...CORRECTED).length > 0) return undefined
  const [longest] = runsOf(log, mine('version', 'ended')).sort((a, b) => b.time - a.time)
  if (!longest || longest.time <= LONG) return undefined
  const { start, end, time, to } = longest
  const said = mine('no-source', 'unreachable')
  return {
    name: 'not-synchronised',
    severity: 'warning',
    from: start.at,
    to,
    what: `${keeper.name} never followed a source: ${end ? `it ran for ${duration(time)}` : `other programs went on writing into that log for ${duration(time)} after its start`}, and it did not say that it selected one.`,
    measures: { time, failures: said.length },
    evidence: [start, ...said.slice(0, 2), ...(end ? [end] : [])].map(evidenceOf),
    cost: RUNS_FREE,
    causes: [
      {
        what: 'a firewall, or the network, loses UDP port 123, or the names of its sources cannot be resolved',
        why: 'it says whom it follows as soon as it hears somebody whom it believes',
      },
      { what: 'none of those that answer is believed', why: 'if `chronyc sources` shows reach' },
      { what: 'no source is configured', why: 'if its configuration names none' },
    ],
    remedy: configure(keeper, 'See which sources it hears, and whether UDP port 123 passes.', [
      'chronyc sources',
      'chronyc activity   (with unknown address: the names)',
    ]),
    confirm: '`clockwright query` with the same servers.',
  }
}

interface Run {
  readonly start: LogEvent
  /** That it ended is in the log. */
  readonly end: LogEvent | undefined
  readonly time: Seconds
  readonly to: Seconds
}

/** From each start until it ended, or else as long as others wrote into that log before it was started again. */
function runsOf({ others }: HostLog, words: readonly LogEvent[]): Run[] {
  const inOrder = words.toSorted((a, b) => a.at - b.at || a.line - b.line)
  return inOrder.flatMap((start, i): Run[] => {
    if (start.what !== 'version') return []
    const next = inOrder[i + 1]
    const end = next?.what === 'ended' ? next : undefined
    if (end) return [{ start, end, time: end.at - start.at, to: end.at }]
    return [{ start, end, ...others.within(start.at, next?.at ?? Number.POSITIVE_INFINITY) }]
  })
}

/** The last row of tracking.log follows no source, where no other log tells more, and chronyd was not started with it. */
function lastRowAlone(log: HostLog, daemon: Daemon): Seconds | undefined {
  const updates = daemon === 'chrony' && !log.bestSamples(daemon) ? log.updatesOf(daemon) : undefined
  const row = updates?.heardTo === undefined ? undefined : updates.unfollowed.open
  const said = log.events.of('no-source', 'ended').some(each => each.daemon === daemon)
  return row === undefined || said || updates?.begunAnew.all.includes(row) ? undefined : row
}

/** One server that did not answer once is nothing yet: the next is asked some seconds later. */
function endedAlone(
  at: Seconds,
  failures: readonly LogEvent[],
  { keeper, when }: Pick<Subject, 'keeper' | 'when'>,
): Finding {
  const last = failures.filter(each => each.at >= at)
  return {
    name: 'not-synchronised',
    severity: keeper.daemon === 'timesyncd' ? 'note' : 'warning',
    ...spanOf(last),
    ...(last.length === 0 && { from: at, to: at }),
    what: `From ${when(at)} on ${keeper.name} had nobody to follow, and with that its log ends.`,
    measures: { failures: last.length },
    evidence:
      last.length > 0
        ? last.slice(0, 3).map(evidenceOf)
        : [{ text: `the last row of tracking.log, ${when(at)}, follows no source` }],
    cost: RUNS_FREE,
    causes: [
      { what: 'the network, or a firewall, loses the packets', why: 'it had followed a source before' },
      ...(last.length > 0
        ? []
        : [
            {
              what: 'its sources contradict each other, and no majority is left',
              why: 'tracking.log does not tell whether they answer',
            },
          ]),
      { what: 'a source was back soon', why: 'if the log was copied too early to tell' },
    ],
    remedy: configure(keeper, 'See which sources it hears now, and whether UDP port 123 passes.'),
    confirm: 'What it logs later; `clockwright query` with the same servers.',
  }
}

/** OpenNTPD tells each change of its state, and once: the last one lasts. */
function endsUnsynced(states: readonly LogEvent[]): LogEvent | undefined {
  const last = states.reduce<LogEvent | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined)
  return last && /\bunsynced\b/.test(last.text) ? last : undefined
}

function endedUnsynced(
  last: LogEvent,
  silent: readonly LogEvent[],
  { keeper, when }: Pick<Subject, 'keeper' | 'when'>,
): Finding {
  return {
    name: 'not-synchronised',
    severity: 'warning',
    ...spanOf([last]),
    what: `From ${when(last.at)} on the clock was not synchronised, up to the end of this log.`,
    measures: {},
    evidence: [...silent.filter(({ at }) => at <= last.at).slice(-3), last].map(evidenceOf),
    cost: RUNS_FREE,
    causes: [
      ...(silent.length > 0 ? [{ what: 'its peers answer no more', why: 'it calls them invalid' }] : []),
      { what: 'it slews an offset that is not gone yet', why: 'if peers are valid' },
    ],
    remedy: configure(keeper, 'See which of its peers are valid.', ['ntpctl -s all']),
    confirm: 'What it logs later; `clockwright query` with the same servers.',
  }
}
