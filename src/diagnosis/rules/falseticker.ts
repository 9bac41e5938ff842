/**
 * falseticker: one of several sources is off by a constant amount, more than its delay explains. With three or more the
 * others outvote it. It may be wrong for a part of the log only.
 */

import type { HostLog } from '#analysis/log/host-log.ts'
import type { Census } from '#analysis/log/sources/census.ts'
import type { Spell } from '#analysis/log/sources/spells.ts'
import { REFERENCE_CLOCKS } from '#analysis/log/statistics/best-samples.ts'
import { grouped } from '#core/grouped.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, EventName, LogEvent } from '#core/trace/series.ts'
import type { Finding } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { unfollowedOf } from '../listed.ts'
import { COST_OUTVOTED, ITS_CLOCK_IS_WRONG } from '../outvoted.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject, spanOf } from '../subject.ts'
import { toldAsFollowed } from './falseticker-followed.ts'
import { isOfLeap, theOthersMoved, type Wrong, wrongSources } from './wrong-sources.ts'

/** What a daemon sets right when it starts is no jump. */
const START: Seconds = 600
const WAKE: Seconds = 1800
const MUCH_MORE = 1.5
const GOOD_PART = 0.05

export const falseticker: Rule = subject => {
  const { log, keeper, sourceName } = subject
  const census = log.censusOf(keeper.daemon)
  if (!census) return reported(subject)
  const { wrong, odd, of: all, agreeing } = wrongSources(subject, census)
  const events = log.events.of('falseticker')
  const isToldAsFollowed = toldAsFollowed(subject, census)
  // What it was off by when it was wrong says more than the median of all the log, half of which it was right.
  const since = wrong.filter(one => one.followedFor === 0 && wasRightBefore(one, census))
  const toldSince = new Set(since.map(one => one.source.source))
  const forAWhile = [...grouped(census.spells(), ({ source }) => source)]
    .filter(
      ([source, spells]) =>
        (!odd.includes(source) || toldSince.has(source)) &&
        !isToldAsFollowed(source) &&
        !isOfLeap(source, census, subject) &&
        !spells.some(({ size }) => theOthersMoved(subject, source, size)),
    )
    .map(([, spells]) => forSomeTime(spells, subject))
  return [
    ...forAWhile,
    ...wrong
      .filter(({ source: { source } }) => !isToldAsFollowed(source) && !toldSince.has(source))
      .map(({ source: each, off, followedFor }) => {
        const name = sourceName(each.source)
        const fudge = fudgeOf(each.source, name, log)
        return {
          name: 'falseticker' as const,
          severity:
            hasNoVote(each.source, name, log) || DRIVER.test(name) ? ('note' as const) : ('warning' as const),
          from: each.from,
          to: each.to,
          what: `${name} is off by ${signed(off)} (median), more than ${halfOf(each.leastDelay)} can explain; ${agreeing} other sources agree.`,
          measures: {
            offset: off,
            leastDelay: each.leastDelay,
            ...(followedFor > 0 && { time: followedFor }),
          },
          evidence: [
            ...all.map(one => ({
              text: `${sourceName(one.source)}  median offset ${signed(one.medianOffset)}, least delay ${duration(one.leastDelay)}, ${one.count} measurements`,
            })),
            ...events
              .filter(({ source }) => source === name)
              .slice(0, 2)
              .map(evidenceOf),
          ],
          cost:
            followedFor > 0
              ? `It was followed for ${duration(followedFor)} all the same, and the clock was drawn to it then.`
              : COST_OUTVOTED,
          ...(fudge
            ? ofAClock(fudge, off, keeper)
            : {
                causes: [
                  ITS_CLOCK_IS_WRONG,
                  {
                    what: 'its path is much longer in one direction',
                    why: 'if the offset were below half the delay; it is above',
                  },
                ],
                remedy: configure(keeper, 'Replace it by another server, and tell its operator.', [
                  `# server ${name}`,
                ]),
                confirm: 'Ask it from another network: `clockwright query`.',
              }),
        }
      }),
  ]
}

/** Where it is wrong it is so by much more than on the average of the log, or it was right for a good part of that first. */
const wasRightBefore = ({ source, off }: Wrong, census: Census): boolean =>
  census
    .spellsOf(source.source)
    .some(
      ({ size, from }, i) =>
        from > source.from &&
        (size / off > MUCH_MORE || (i === 0 && from - source.from > GOOD_PART * (source.to - source.from))),
    )

/** A reference clock that chronyd never calls wrong is there to number the seconds of another (`noselect`). */
const hasNoVote = (clock: number, name: string, { samples, events }: HostLog): boolean =>
  (samples.get(REFERENCE_CLOCKS)?.census.sources() ?? []).some(({ source }) => source === clock) &&
  events.of('selected').length > 0 &&
  !events.of('falseticker').some(({ source }) => source === name)

/** Drivers of ntpd, and of NTPsec. */
const DRIVER = /^(?:127\.127\.(\d+)\.\d+|([A-Z_]+)\(\d+\))$/
/** The sentences of a GPS have a fudge of their own beside that of its pulse. */
const NMEA = ['20', 'NMEA']

/** With which option the delay of a reference clock is told; undefined for servers. */
function fudgeOf(clock: number, name: string, { samples }: HostLog): string | undefined {
  const driver = DRIVER.exec(name)
  if (driver) return NMEA.includes(driver[1] ?? driver[2]!) ? 'time2' : 'time1'
  const isOfChrony = (samples.get(REFERENCE_CLOCKS)?.census.sources() ?? []).some(
    ({ source }) => source === clock,
  )
  return isOfChrony ? 'offset' : undefined
}

/** What is told it is added to what it measures. */
const ofAClock = (
  option: string,
  off: Seconds,
  keeper: Keeper,
): Pick<Finding, 'causes' | 'remedy' | 'confirm'> => ({
  causes: [
    {
      what: 'what it sends takes that long, and nobody told the daemon: the sentences of a GPS come a tenth of a second late or more',
      why: 'it is off by the same all the time, and the others agree against it',
    },
  ],
  remedy: configure(
    keeper,
    `Take ${signed(off)} off what its \`${option}\` is now, so that it agrees with the others; where its pulse is followed, it need only number the seconds (\`noselect\`).`,
  ),
  confirm: 'Its offset is near zero then, and stays so.',
})

/** Right for most of the log, and wrong for a while. */
function forSomeTime(spells: readonly Spell[], { log, keeper, sourceName, when }: Subject): Finding {
  const longest = spells.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a))
  const { source, size, delay, others, from, to, open } = longest
  const name = sourceName(source)
  const time = to - from
  return {
    name: 'falseticker',
    severity: 'warning',
    from,
    to,
    what: `${name} was off by ${signed(size)} from ${when(from)} ${open ? 'to the end of the log' : `to ${when(to)}`} (${duration(time)})${spells.length > 1 ? `, the longest of ${spells.length} times` : ''}, more than ${halfOf(delay)} can explain; ${others} other sources agreed.`,
    measures: { offset: size, time, count: spells.length },
    evidence: [
      ...spells.slice(0, 4).map(each => ({
        text: `${name}  ${signed(each.size)} from the middle of the sources, from ${when(each.from)} to ${when(each.to)}`,
      })),
      ...log.events
        .of('falseticker')
        .filter(each => each.source === name)
        .slice(0, 2)
        .map(evidenceOf),
    ],
    cost: 'None while the others are heard, and it is not preferred or trusted. One source less to lose.',
    causes: [{ what: 'that server’s clock was wrong for that time', why: 'the others agree against it' }],
    remedy: configure(
      keeper,

      open
        ? 'Replace it by another server, and tell its operator.'
        : 'If it comes back, replace it by another server; tell its operator.',
      [`# server ${name}`],
    ),
    confirm: 'The log of that server; `clockwright query` from another network.',
  }
}

/** What the daemon itself says: in a report, `x` before a source; in its log, when it finds one. Or most sources contradict one. */
function reported(subject: Subject): Finding[] {
  const { log, keeper } = subject
  const unfollowed = unfollowedOf(log)
  // Whoever follows none and calls most of them wrong has no majority.
  if (unfollowed && unfollowed.majority === undefined) return []
  const { heard = [], majority = [] } = unfollowed ?? {}
  const marked = log.timeless.filter(({ what }) => what === 'falseticker')
  const wrong = [...new Map(marked.map(line => [line.source, line])).values()]
  const alone = wrong.length > 0 ? [] : heard.filter(each => !majority.includes(each))
  return [
    ...wrong.map(line => {
      const offset = log.timeless.find(({ what, source }) => what === 'offset-now' && source === line.source)
      return reportedOne(
        line,
        offset,
        `${keeper.name} calls ${line.source} a falseticker: ${offset ? `it shows ${signed(offset.size)}, and ` : ''}the others disagree${offset ? '' : ' with it'}.`,
        keeper,
      )
    }),
    ...named(subject),
    ...alone.map(line =>
      reportedOne(
        line,
        line,
        `${line.source} shows ${signed(line.size)}, and ${majority.length} other sources agree against it.`,
        keeper,
      ),
    ),
  ]
}

const reportedOne = (
  line: LogEvent,
  offset: LogEvent | undefined,
  what: string,
  keeper: Keeper,
): Finding => ({
  name: 'falseticker',
  severity: 'warning',
  from: undefined,
  to: undefined,
  what,
  measures: { ...(offset && { offset: offset.size }) },
  evidence: [evidenceOf(line)],
  cost: COST_OUTVOTED,
  causes: [ITS_CLOCK_IS_WRONG],
  remedy: configure(keeper, 'Replace it by another server, and tell its operator.', [
    `# server ${line.source}`,
  ]),
  confirm: 'Ask it from another network: `clockwright query`.',
})

/** In its log, as often as somebody else is followed. */
function named({ log, keeper }: Subject): Finding[] {
  const lines = log.events.of('falseticker').filter(({ daemon }) => daemon === keeper.daemon)
  const isWrong = wrongInLog(log, keeper.daemon)
  return [...grouped(lines, ({ source }) => source)].map(([source, said]) => {
    const perhaps = !isWrong(said)
    const [first] = said
    const times = said.length > 1 ? `, ${said.length} times` : ''
    const one = reportedOne(
      first!,
      undefined,
      `${keeper.name} calls ${source} a falseticker${times}: the others disagree.`,
      keeper,
    )
    return {
      ...one,
      severity: perhaps ? ('note' as const) : ('warning' as const),
      ...spanOf(said),
      measures: { ...(said.length > 1 && { count: said.length }) },
      evidence: said.slice(0, 3).map(evidenceOf),
      causes: [
        ...one.causes,
        ...(perhaps
          ? [
              {
                what: 'its path was slow in one direction for a while, or the clock had jumped',
                why: 'it was said once, or beside a step, or the source was followed later',
              },
            ]
          : []),
      ],
    }
  })
}

/**
 * Whether a log that says so again and again means a source that is wrong. After the clock has jumped sources are called so
 * that had not been asked since, and one that is followed later was right all the time.
 */
function wrongInLog(log: HostLog, daemon: Daemon): (said: readonly LogEvent[]) => boolean {
  const mine = (...whats: readonly EventName[]) =>
    log.events.of(...whats).filter(event => event.daemon === daemon)
  const starts = mine('started', 'version')
  // Where none is followed, they contradict each other: nobody is outvoted.
  const jumps = mine('stepped', 'offset-found', 'jumped-forward', 'jumped-backward', 'no-source').filter(
    ({ at }) => !starts.some(start => at >= start.at && at < start.at + START),
  )
  const followed = mine('selected')
  return said => {
    const calm = said.filter(({ at }) => !jumps.some(jump => Math.abs(at - jump.at) < WAKE))
    const [first] = calm
    if (!first || calm.length < 2) return false
    return !followed.some(({ source, at }) => source === first.source && at > first.at)
  }
}

const halfOf = (delay: Seconds): string =>
  `half ${Number.isNaN(delay) ? 'any usual delay' : `its delay of ${duration(delay)}`}`
