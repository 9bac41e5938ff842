/**
 * source-jumped: the offset against one source changed at once, and against the others it did not. Where it did not come back to
 * the others, that source has been wrong since then. Where those that jumped are more, the daemon takes the clock along: then the clock
 * is wrong, or was, and it is not said who is right.
 */

import { isAbout } from '#analysis/log/disturbances/alike.ts'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { oneStayed } from '#analysis/log/disturbances/one-stayed.ts'
import type { SampleSeries } from '#analysis/log/host-log.ts'
import { oddOnesOf } from '#analysis/log/sources/agreeing.ts'
import type { Census } from '#analysis/log/sources/census.ts'
import { type WentAlong, wentAlong } from '#analysis/log/sources/went-along.ts'
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Cause, Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'
import { mayBeLeap } from './leap-second.ts'
import { isOfRegular, regularJumps } from './regular.ts'

const MOST = 10
/** ntpd's step threshold: no way becomes that much longer. */
const LARGE: Seconds = STEP_THRESHOLD
const LEAST_ROWS = 8
/** What a daemon does in one go is so much of the jump at least, and some of it when the clock is nearly there. */
const PART = 0.1
const SOON: Seconds = 600
const SHOWN = 3

export const sourceJumped: Rule = subject => {
  const { log, disturbances, keeper } = subject
  const series = log.bestSamples(keeper.daemon)
  const census = series?.census
  const { odd } = oddOnesOf(census?.sources() ?? [])
  // What is wrong for most of the log is told as that.
  const told = (each: Disturbance) => odd.some(({ source }) => each.sources.includes(source))
  const isFollowed = (each: Disturbance) =>
    disturbances.led.some(({ source }) => each.sources.every(jumped => jumped === source))
  const fight = regularJumps(disturbances.clock)
  return disturbances.sources
    .filter(each => Math.abs(each.size) > 0.01 && !each.restarted && !isFollowed(each))
    .filter(each => !(fight && isOfRegular(each, fight)) && !mayBeLeap(each, subject))
    .slice(0, MOST)
    .map(each => {
      const along = series && Math.abs(each.size) >= LARGE ? wentAlong(each, series) : undefined
      const most = areMost(each, census) || areHalf(each, series)
      return along
        ? followed(each, along, subject)
        : jumped(each, { most, stays: !told(each) && staysAway(each, census) }, subject)
    })
}

interface Sort {
  readonly most: boolean
  readonly stays: boolean
}

const jumped = (each: Disturbance, { most, stays }: Sort, subject: Subject): Finding => ({
  ...ofJump(each),
  severity: stays || most ? 'warning' : 'note',
  what: `${jumpOf(each, subject)}${most ? ': the machine did not stand still, and since then the sources disagree by that' : stays ? ', and it has been wrong since then' : ''}.`,
  cost: most
    ? 'The clock follows those that are more, whether they are right or not, or nobody.'
    : `None while the others are heard. Alone it would have moved the clock by ${duration(Math.abs(each.size))}.`,
  causes: [...(most ? [TOGETHER] : []), ...ITS_OWN],
  remedy: configure(
    subject.keeper,
    most
      ? INDEPENDENT
      : stays
        ? 'Replace it by another server, and tell its operator.'
        : 'Nothing now. If it comes back, replace that server.',
  ),
})

/** The clock was taken along. */
function followed(each: Disturbance, along: WentAlong, subject: Subject): Finding {
  const { log, keeper, sourceName, when } = subject
  const much = amount(Math.abs(each.size))
  const stayed = log.span !== undefined && log.span.to - along.to <= along.window
  const those = each.sources.length > 1 ? 'them' : 'it'
  const at = (source: number) =>
    signed(log.bestSamples(keeper.daemon)!.census.medianIn(source, [{ from: along.from, to: along.to }]))
  const found = ofJump(each)
  return {
    ...found,
    severity: 'critical',
    to: along.to,
    what: `${jumpOf(each, subject)}. ${keeper.name} took the clock along: from ${when(along.from)} ${stayed ? 'on' : `to ${when(along.to)}`} it stood with ${those}. Nobody can tell who is right: by ${much} this clock was wrong ${stayed ? 'until then, or is since' : 'before and after, or in that time'}.`,
    measures: { ...found.measures, time: along.to - along.from },
    evidence: [
      {
        text: `from ${when(along.from)} to ${when(along.to)}  ${sourceName(each.sources[0]!)} ${at(each.sources[0]!)}, ${sourceName(along.other)} ${at(along.other)} (median offsets): the clock had gone with the first`,
      },
      ...correctedBetween(each, along, subject),
      ...found.evidence,
    ],
    cost: `If those that jumped are wrong, all that was stamped ${stayed ? 'since then' : 'in that time'} is wrong by ${much}; if they were set right, all before.`,
    causes: [...(each.sources.length > 1 ? [TOGETHER] : []), ...ITS_OWN],
    remedy: configure(keeper, INDEPENDENT),
  }
}

/** What its daemon did to the clock until it stood with those that had jumped. */
function correctedBetween(
  { local, size }: Disturbance,
  along: WentAlong,
  { log, disturbances, keeper, when }: Subject,
): Finding['evidence'] {
  const updates = keeper.daemon === 'chrony' ? (log.updatesOf(keeper.daemon)?.corrections.sized ?? []) : []
  return [...disturbances.own, ...updates]
    .filter(({ at }) => at >= local.from && at <= along.from + SOON)
    .filter(each => each.size / size > PART)
    .slice(0, SHOWN)
    .map(each => ({
      text: `${when(each.at)}  ${keeper.name} set the clock ${each.size > 0 ? 'forward' : 'back'} by ${duration(Math.abs(each.size))}`,
      file: each.file,
      line: each.line,
    }))
}

const jumpOf = ({ sources, size, from, to }: Disturbance, { sourceName, when }: Subject): string =>
  `${sources.map(sourceName).join(', ')} jumped by ${signed(size)} between ${when(from)} and ${when(to)}; the others did not`

const ofJump = ({ from, to, size, uncertainty, lines }: Disturbance) => ({
  name: 'source-jumped' as const,
  from,
  to,
  measures: { size, uncertainty },
  evidence: lines.map(({ file, line }) => ({ text: `offset changed by ${signed(size)}`, file, line })),
  confirm: 'The log of that server.',
})

const TOGETHER: Cause = {
  what: 'they follow one server that is wrong, or were wrong and were set right',
  why: 'they jumped together, by as much',
}
const ITS_OWN: readonly Cause[] = [
  { what: 'that server was stepped, or its machine was paused', why: 'nobody else saw it' },
  { what: 'the way to it became longer in one direction', why: 'if its delay changed too' },
]
const INDEPENDENT = 'Find out which of them are right, and have servers that do not depend on each other.'

/** More than half of those that were heard, and one of the others did not move. */
const areMost = ({ sources }: Disturbance, census: Census | undefined): boolean =>
  2 * sources.length > heardOf(census)

/** Just half of four or more, away from the others ever since: no majority is left. */
const areHalf = ({ sources, local, size }: Disturbance, series: SampleSeries | undefined): boolean =>
  series !== undefined &&
  Math.abs(size) >= LARGE &&
  sources.length >= 2 &&
  2 * sources.length === heardOf(series.census) &&
  oneStayed(series, { ...local, witnesses: sources, size })

const heardOf = (census: Census | undefined): number =>
  census?.sources().filter(({ count }) => count >= LEAST_ROWS).length ?? 0

/** Whether that source was away from the others by as much from then on, for most of the time. */
function staysAway({ to, size, sources }: Disturbance, census: Census | undefined): boolean {
  if (Math.abs(size) < LARGE || !census) return false
  return sources.every(source => {
    const since = census.apartSince(source, to)
    return since && since.count >= LEAST_ROWS && isAbout(since.median, size)
  })
}
