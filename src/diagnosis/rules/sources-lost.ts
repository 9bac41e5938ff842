/**
 * sources-lost: a long time without a measurement from any source, or without one to follow, up to the end of the log perhaps.
 * The clock runs free meanwhile.
 */
import type { Correction } from '#analysis/log/corrections/corrections.ts'
import { correctionsSaid, foundAt, saidStarts } from '#analysis/log/corrections/corrections-said.ts'
import { isMeasuredOnly, sleptBetween } from '#analysis/log/disturbances/sleeps.ts'
import type { HostLog } from '#analysis/log/host-log.ts'
import { SLACK } from '#analysis/log/order/eras.ts'
import { gatheredIn, isOfLocalClock } from '#analysis/log/sources/on-own-clock.ts'
import { FREE_FOR_LONG, WANDERS } from '#analysis/log/sources/without-sources.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, EventName, LogEvent } from '#core/trace/series.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { mendDistance, TOO_DISTANT } from '../too-distant.ts'
import { isToldAsTooFar } from './none-near-enough.ts'
import { LONG, type Silence, silenceOf } from './silence.ts'
import { silentToTheEnd, UNTIL_NOTICED } from './silent-to-the-end.ts'
import { rejections } from './source-rejected-by-its-own-jitter.ts'

/** One that is heard contradicts nobody. */
const FEW = 2

export const sourcesLost: Rule = subject => {
  const { log, keeper, when } = subject
  const { sleeps } = subject.disturbances
  const unheard = silenceOf(subject)
  const silence = unheard && (unheard.seenBy === 'lines' ? unheard : undefined)
  const awake = <T extends Silence>(each: T): T => ({
    ...each,
    time: each.time - sleptBetween(each.silent, each.back, sleeps),
  })
  // Heard, and not fit to be followed: that has a finding of its own.
  const rejected = rejections(subject)
  const said = toldSilences(log, keeper.daemon)
    .filter(({ silent, back }) => !rejected.some(({ lost }) => lost.at >= silent && lost.at < back))
    .map(awake)
    .sort((a, b) => b.time - a.time)
  const told = said[0]
  const ending = silentToTheEnd(subject)
  const longest = [silence, told, ending && awake(ending)]
    .filter(each => each !== undefined)
    .sort((a, b) => b.time - a.time)
    .find(({ time, least }) => time > least)
  if (!longest || isToldAsTooFar(subject, { from: longest.silent, to: longest.back })) return []
  const { silent, back, time, seenBy, open } = longest
  const count = Math.max(
    seenBy === 'words' ? said.filter(each => each.time > each.least).length : 0,
    seenBy === 'lines' ? unheardTimes(longest, subject) : 0,
  )
  const among = count > 1 ? `, the longest of ${count} such times` : ''
  const events = log.events
    .of('no-source', 'ended-alone', 'unreachable')
    .filter(({ at }) => at >= silent && at < back)
  const answering = seenBy === 'words' ? answeringIn(longest, subject) : []
  // It may log nothing of any source.
  const unnamed =
    seenBy === 'words' &&
    keeper.daemon === 'ntpd' &&
    !log.events.of('selected', 'reachable', 'unreachable').some(({ daemon }) => daemon === 'ntpd')
  const distant = events.length > 0 && events.every(({ text }) => TOO_DISTANT.test(text))
  const mend = mendDistance(keeper.daemon)
  const answered = unnamed || distant || answering.length >= FEW
  // A row of tracking.log tells that none was followed, and not whether they answered.
  const summedUp =
    seenBy === 'lines' &&
    keeper.daemon === 'chrony' &&
    events.length === 0 &&
    log.bestSamples(keeper.daemon) === undefined
  // Single exchanges alone do not tell whether it asked.
  const perhapsAsleep =
    seenBy === 'lines' &&
    !open &&
    log.bestSamples(keeper.daemon)?.exchanges &&
    log.samplesOf(keeper.daemon).length === 1 &&
    isMeasuredOnly(log, keeper.daemon)
  const off = open
    ? undefined
    : seenBy === 'words'
      ? foundAfter(longest, subject)
      : foundByRow(longest, subject)
  const heard = answered || summedUp ? `${keeper.name} followed none of its sources` : 'No source was heard'
  return [
    {
      name: 'sources-lost',
      severity: open && time >= FREE_FOR_LONG ? 'critical' : 'warning',
      from: silent,
      to: back,
      what: open
        ? `${heard} for ${duration(time)}, from ${when(silent)} on, and ${answered ? 'none yet' : 'none was back'} when the daemon, or its log, ended.`
        : `${heard} for ${seenBy === 'words' ? 'at least ' : ''}${duration(time)}, from ${when(silent)} to ${when(back)}${among}${perhapsAsleep ? ': the network was lost, or the machine slept or was off' : ''}${off ? `, and the clock was wrong by ${duration(Math.abs(off.size))} then` : ''}.`,
      measures: {
        time,
        ...(count > 1 && { count }),
        ...(open && { open: 1 }),
        ...(off && { size: off.size }),
      },
      evidence: [
        ...(seenBy === 'lines'
          ? [
              {
                text: open
                  ? `its measurements stop at ${when(silent)}, and it goes on writing until ${when(back)}`
                  : `the lines of its log stop at ${when(silent)} and go on at ${when(back)}`,
              },
            ]
          : []),
        ...events.slice(0, 3).map(evidenceOf),
        ...answering.slice(0, 2).map(evidenceOf),
        ...(off
          ? [
              {
                text: `wrong by ${signed(off.size)} when a source was heard again: that gathered at ${rate(Math.abs(off.size / time)).slice(1)}`,
                file: off.file,
                line: off.line,
              },
            ]
          : []),
      ],
      cost: 'The clock ran on its last frequency: a part in ten million is 1 ms in three hours.',
      causes: [
        ...(distant
          ? [
              {
                what: 'its server is itself too far from a clock that is right, or has lost it',
                why: 'it answers, and its root distance is more than timesyncd takes (RootDistanceMaxSec, 5 s)',
              },
            ]
          : answered
            ? [
                {
                  what: 'its sources contradict each other: one or more of them are wrong, and no majority is left',
                  why: unnamed
                    ? 'it says that it follows nobody, and not whether they answer'
                    : `${answering.length} of them were reachable, and it does not say that they ceased to be`,
                },
              ]
            : []),
        ...(distant
          ? []
          : [
              {
                what: 'the network or a firewall lost the packets',
                why:
                  events.length > 0
                    ? 'the daemon was running and noticed'
                    : open
                      ? 'the daemon was running'
                      : 'if the daemon was running',
              },
            ]),
        ...(summedUp
          ? [
              {
                what: 'its sources contradicted each other, and no majority was left',
                why: 'tracking.log does not tell whether they answered',
              },
            ]
          : []),
        ...(open
          ? []
          : [
              {
                what: 'the machine slept, or it or the daemon was stopped',
                why: 'if the kernel logged that, or the daemon a start afterwards',
              },
            ]),
      ],
      ...(!answered
        ? {
            remedy: configure(
              keeper,
              'Find out what happened to the network then. Sources on other paths help.',
            ),
            confirm: summedUp
              ? 'measurements.log of that time, or the messages of chronyd.'
              : 'Logs of the network; `tcpdump port 123`.',
          }
        : {
            remedy: distant
              ? configure(keeper, mend.text, mend.changes)
              : configure(
                  keeper,
                  'Find out which source is wrong, and replace it. With four or more one that is wrong is outvoted.',
                ),
            confirm: '`clockwright query` with the same servers.',
          }),
    },
  ]
}

/** How often no line came for so long while the daemon ran and the machine was awake. */
function unheardTimes({ least }: Silence, { log, keeper, disturbances: { sleeps } }: Subject): number {
  const begun = saidStarts(log, keeper.daemon)
  const all = log.bestSamples(keeper.daemon)?.silences.all ?? []
  return all.filter(
    ({ from, to }) =>
      to - from - sleptBetween(from, to, sleeps) > least && !begun.some(at => at > from && at <= to + SLACK),
  ).length
}

/**
 * Where its log says last that it has nobody to follow, however long that is before the end. Measurements that it wrote beside it must have
 * stopped then: others may be of another time.
 */
export const lastWordsAlone = (log: HostLog, daemon: Daemon): Pick<Silence, 'silent' | 'time'> | undefined =>
  toldSilences(log, daemon).find(
    ({ last, time, seenBy }) =>
      last && time <= LONG && (seenBy === 'lines' || lastHeard(log, daemon) === undefined),
  )

/**
 * Sources that ntpd called reachable before, and not unreachable up to then: it says both of each source, or neither. One
 * that it gives up it hears no more, and it says so before it has nobody to follow, or with that.
 */
function answeringIn({ silent, back }: Silence, { log, keeper }: Subject): LogEvent[] {
  if (keeper.daemon !== 'ntpd') return []
  const begun = Math.max(...saidStarts(log, 'ntpd').filter(at => at <= silent))
  const said = log.events
    .of('reachable', 'unreachable')
    .filter(({ daemon, at }) => daemon === 'ntpd' && at >= begun && at < back)
    .sort((a, b) => a.at - b.at)
  const last = new Map(said.map(event => [event.source, event]))
  return [...last.values()].filter(({ what, at }) => what === 'reachable' && at < silent)
}

/** What its clock was off by then. */
const foundAfter = ({ silent, back }: Silence, { log, keeper }: Subject): Correction | undefined =>
  correctionsSaid(log, keeper.daemon).find(each =>
    gatheredIn({ from: silent, to: back }, { at: foundAt(each), size: each.size }, WANDERS),
  )

/** The same by tracking.log, where the clock had only gone that far by the rate that chronyd had learned before. */
function foundByRow(
  { silent, back }: Silence,
  { disturbances: { ranFree } }: Subject,
): Pick<Correction, 'size' | 'file' | 'line'> | undefined {
  const found = ranFree.find(({ local }) => local.from < back && local.to > silent)
  const [line] = found?.lines ?? []
  return found && line ? { size: found.size, ...line } : undefined
}

/**
 * What a daemon says itself: from where it has nobody to follow until it follows somebody, or until its log ends. chronyd
 * says both each time, and timesyncd: it has one server, and says so when that does not answer and when another does. ntpd does so
 * where it is told to log what it follows; where it is not, its measurements must have stopped then, or its last status be that it follows
 * nobody: then it has done so from the last time on that it said so.
 */
function toldSilences(log: HostLog, daemon: Daemon): Silence[] {
  const mine = (...whats: readonly EventName[]) =>
    log.events.of(...whats).filter(event => event.daemon === daemon)
  const followed = mine('selected').filter(each => !isOfLocalClock(each))
  const heard = lastHeard(log, daemon)
  // Where only that is logged its words tell more.
  const summedUp = daemon === 'chrony' && log.bestSamples(daemon)?.exchanges !== true
  const measured = heard !== undefined && (daemon === 'chrony' || daemon === 'ntpd')
  const alone = mine('ended-alone')
  if (followed.length > 0 ? daemon === 'other' : !measured && alone.length === 0) return []
  const all = daemon === 'timesyncd' ? mine('no-source', 'unreachable') : mine('no-source')
  const ends = [...followed, ...mine('started', 'version', 'ended')].map(({ at }) => at).sort((a, b) => a - b)
  // Of what is said thousands of times the first are kept: what came afterwards nobody knows.
  const kept =
    log.events.count('selected') > followed.length ? Math.max(...followed.map(({ at }) => at)) : Infinity
  const said = all.filter(({ text, at }) => !/majority/.test(text) && at <= kept).sort((a, b) => a.at - b.at)
  const words = firstOfEach(
    followed.length > 0 || measured
      ? said
      : alone.flatMap(end => said.findLast(({ at }) => at <= end.at) ?? []),
    ends,
  )
  const spoke = Math.max(...log.events.all.filter(event => event.daemon === daemon).map(({ at }) => at))
  // chronyd says when it is over: as long as others write into that log, it is not.
  const lasts = daemon === 'chrony' ? log.others.within(spoke, Number.POSITIVE_INFINITY).to : spoke
  // A machine that slept did not look for sources; and where a clock was set the stamps are no time.
  const breaks = [
    ...log.events.of('suspended', 'resumed', 'restored'),
    // chronyd steps when it follows somebody again, and by its stamp a step back was before that.
    ...mine('stepped').map(({ at, size }) =>
      daemon === 'chrony' ? { at: foundAt({ at, by: 'step', size }) + SLACK } : { at },
    ),
  ]
  return words.flatMap(({ at, end }): Silence[] => {
    const silent = heard !== undefined && at - heard < UNTIL_NOTICED ? Math.min(at, heard) : at
    const back = end ?? lasts
    const open = !followed.some(each => each.at === back)
    if (heard !== undefined && (open ? heard > at : !summedUp)) return []
    if (breaks.some(each => each.at >= silent && each.at < back)) return []
    const seenBy = silent === heard ? 'lines' : 'words'
    const known = followed.length > 0 || alone.some(each => Math.abs(each.at - back) <= SLACK)
    if (daemon === 'ntpd' && !known && seenBy === 'words') return []
    const last = end === undefined
    return [
      {
        silent,
        back,
        time: back - silent,
        least: LONG,
        seenBy,
        ...(open && { open }),
        ...(last && { last }),
      },
    ]
  })
}

/** It says so again and again: from the first word on until what ends it. */
function firstOfEach(
  words: readonly LogEvent[],
  ends: readonly Seconds[],
): { readonly at: Seconds; readonly end: Seconds | undefined }[] {
  const first: { at: Seconds; end: Seconds | undefined }[] = []
  let next = 0
  for (const { at } of words) {
    while (next < ends.length && ends[next]! < at) next++
    const end = ends[next]
    if (first.length === 0 || first.at(-1)!.end !== end) first.push({ at, end })
  }
  return first
}

/** When a log of measurements, or else of updates, last had one: a row that repeats an old one, with none answering, is none. */
function lastHeard(log: HostLog, daemon: Daemon): Seconds | undefined {
  const heard = log.bestSamples(daemon)?.census.sources() ?? []
  return heard.length > 0 ? Math.max(...heard.map(({ to }) => to)) : log.updatesOf(daemon)?.heardTo
}
