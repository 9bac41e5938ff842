/**
 * single-source, two-sources, no-majority: how many opinions there are. One is believed whatever it says. Two that
 * disagree stop a daemon, since nobody can tell which one is wrong; so do halves of four.
 */
import type { Census, SourceCount } from '#analysis/log/sources/census.ts'
import { LONGEST_POLL } from '#analysis/log/sources/longest-poll.ts'
import { mostExplained } from '#analysis/log/sources/most-explained.ts'
import type { Split } from '#analysis/log/sources/splits.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { type EventName, NO_SOURCE } from '#core/trace/series.ts'
import type { Finding } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { isOwnClock, unfollowedOf } from '../listed.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject, spanOf } from '../subject.ts'
import { eitherOr, SOME_SMEAR } from './leap-or-smear-mix.ts'
import { areAroundLeap } from './leap-second.ts'

/** Disagreement below this is nobody's trouble. */
const LEAST: Seconds = 5e-3
/** Until then sources may have agreed by chance, or one was not heard yet. */
const AT_FIRST: Seconds = 3600
/** Of the slowest polls there are some in it. */
const AT_LAST: Seconds = 2 * 3600
/** Of the time. */
const MOSTLY = 0.8

export const fewSources: Rule = subject => {
  const census = subject.log.censusOf(subject.keeper.daemon)
  if (!census) {
    const disagreed = disagreeing(subject)
    return [...(disagreed.length > 0 ? disagreed : listed(subject)), ...contradicted(subject)]
  }
  const { sources, camps, split } = opinionsOf(census)
  // `chronyd -Q` says what all its sources make, and not how many they were.
  if (sources.length === 0 || subject.log.samples.has('chronyd -Q')) return []
  const parted = splitOf(sources, census)
  // The median of a log says little of sources that agreed at first, and drift apart.
  const agreedAtFirst =
    parted !== undefined && parted.from - Math.min(...sources.map(({ from }) => from)) > AT_FIRST
  if (split && !agreedAtFirst) return [disagreement(sources, camps, census, subject)]
  if (parted) return [disagreedFor(parted, sources, census, subject)]
  const said = contradicted(subject).filter(({ severity }) => severity === 'critical')
  return said.length > 0 ? said : sources.length > 2 ? [] : [few(withoutHandedOn(sources, subject), subject)]
}

/** The longest time without a majority. */
function splitOf(sources: readonly SourceCount[], census: Census): Split | undefined {
  return census
    .splits(sources.map(({ source }) => source))
    .toSorted((a, b) => b.to - b.from - (a.to - a.from))[0]
}

interface Opinions {
  readonly sources: readonly SourceCount[]
  readonly camps: readonly (readonly SourceCount[])[]
  /** No camp is of more than a half of them. */
  readonly split: boolean
}

/** Of those that were heard often, or at a pace of their own. */
export function opinionsOf(census: Census): Opinions {
  const all = census.sources()
  const most = Math.max(...all.map(({ count }) => count))
  const sources = all.filter(
    ({ source, count }) =>
      source !== NO_SOURCE && count >= 4 && (count >= 0.2 * most || census.isAsked(source)),
  )
  const camps = campsOf(sources)
  return { sources, camps, split: isSplit(camps, sources) && staysSplit(census, sources) }
}

const isSplit = (camps: readonly (readonly SourceCount[])[], sources: readonly SourceCount[]): boolean =>
  camps.length > 1 && 2 * camps[0]!.length <= sources.length

/** All the time, and not on the average of a time when they agreed and one when they did not. */
function staysSplit(census: Census, sources: readonly SourceCount[]): boolean {
  const windows = census
    .shown(sources.map(({ source }) => source))
    .map(window =>
      sources.flatMap(each => {
        const shown = window.find(({ source }) => source === each.source)
        return shown ? [{ ...each, level: shown.level }] : []
      }),
    )
    .filter(({ length }) => length === sources.length)
  const split = windows.filter(window => isSplit(campsOf(window), window)).length
  return split >= MOSTLY * windows.length
}

/** Without measurements: the sources that a report or a configuration lists. */
function listed({ log, keeper }: Subject): Finding[] {
  const reported = log.timeless.filter(({ what }) => what === 'offset-now' || what === 'unreachable')
  const lines = reported.some(({ source }) => source !== undefined)
    ? reported
    : log.timeless.filter(({ what }) => what === 'source-configured')
  const named = new Map(
    lines.flatMap(line =>
      line.source === undefined || isOwnClock(line) ? [] : [[line.source, line] as const],
    ),
  )
  if (named.size === 0 || named.size > 2) return []
  return [fewOf([...named.keys()], [...named.values()].map(evidenceOf), keeper)]
}

/** Without measurements: a report in which no source is followed, because nobody can tell which one is right. */
function disagreeing({ log, keeper }: Subject): Finding[] {
  const listed = unfollowedOf(log)
  if (!listed || listed.majority || listed.heard.length < 2) return []
  const { heard, marked } = listed
  const [least, most] = [heard[0]!, heard.at(-1)!]
  const apart = most.size - least.size
  const two = heard.length === 2 && marked.length === 0
  return [
    {
      name: two ? 'two-sources' : 'no-majority',
      severity: 'critical',
      from: undefined,
      to: undefined,
      what: `${two ? 'Two sources disagree' : 'The sources disagree, without a majority,'} by ${duration(apart)}: nobody can tell which ${two ? 'one is' : 'are'} wrong${marked.length > 0 ? `, and ${keeper.name} follows none of them` : ''}.`,
      measures: { apart, sources: heard.length },
      evidence: heard.slice(0, 8).map(evidenceOf),
      cost: 'The clock runs free, or swings between them.',
      causes: [
        { what: 'one or more of them are wrong', why: 'they cannot all be right' },
        ...(Math.min(Math.abs(least.size), Math.abs(most.size)) > LEAST && least.size * most.size > 0
          ? [{ what: 'this clock is wrong, too', why: 'none of them agrees with it' }]
          : []),
      ],
      remedy: fourSources({ keeper }),
      confirm: '`clockwright query` with these and other servers.',
    },
  ]
}

/** chronyd says so itself. For a moment it says so when the clock has jumped, and not all sources were asked since. */
function contradicted({ log, keeper, when }: Subject): Finding[] {
  const mine = (...whats: readonly EventName[]) =>
    log.events.of(...whats).filter(({ daemon }) => daemon === keeper.daemon)
  const said = mine('no-source').filter(({ text }) => /no majority/.test(text))
  if (said.length === 0) return []
  const ends = mine('selected', 'stepped', 'offset-found')
  const spans = said.map(({ at }) => ({
    from: at,
    to: Math.min(...ends.filter(end => end.at >= at).map(end => end.at)),
  }))
  const [span] = spans.toSorted((a, b) => b.to - b.from - (a.to - a.from))
  const { from, to } = span!
  const longest = to - from
  const settled = longest <= LONGEST_POLL
  const wrong = { what: 'one or more of them are wrong', why: 'they cannot all be right' }
  return [
    {
      name: 'no-majority',
      severity: settled ? 'warning' : 'critical',
      ...spanOf(said),
      ...(Number.isFinite(longest) && !settled && { from, to }),
      what: settled
        ? `The sources of ${keeper.name} contradicted each other${said.length > 1 ? `, ${said.length} times` : ''}, and agreed again after ${duration(longest)} at most.`
        : `The sources of ${keeper.name} ${Number.isFinite(longest) ? `contradicted each other from ${when(from)} to ${when(to)} (${duration(longest)}), and no majority said` : `contradict each other${Number.isFinite(from) ? ` since ${when(from)}` : ''}, and no majority says`} who is right.`,
      measures: { count: said.length, ...(Number.isFinite(longest) && { time: longest }) },
      evidence: said.slice(0, 3).map(evidenceOf),
      cost: settled
        ? 'The clock was wrong, or ran free, until they agreed again.'
        : 'The clock runs free, or swings between them.',
      causes: settled
        ? [
            {
              what: 'the clock jumped: some had been asked since, and others not yet',
              why: 'it was over within a poll or two',
            },
            wrong,
          ]
        : [wrong],
      remedy: fourSources({ keeper }),
      confirm: settled
        ? 'measurements.log: whether the offsets of all of them changed by as much.'
        : '`clockwright query` with these and other servers.',
    },
  ]
}

/** What phc2sys measures is the clock of the card that ptp4l sets: one chain, and no second opinion. */
const withoutHandedOn = (sources: readonly SourceCount[], { sourceName }: Subject): readonly SourceCount[] =>
  sources.some(({ source }) => sourceName(source).startsWith('ptp4l '))
    ? sources.filter(({ source }) => !sourceName(source).startsWith('phc2sys '))
    : sources

const few = (sources: readonly SourceCount[], { keeper, sourceName }: Subject): Finding =>
  fewOf(
    sources.map(({ source }) => sourceName(source)),
    sources.map(({ source, count }) => ({ text: `${sourceName(source)}  ${count} measurements` })),
    keeper,
  )

function fewOf(sources: readonly string[], evidence: Finding['evidence'], keeper: Keeper): Finding {
  const names = sources.join(' and ')
  const alone = sources.length === 1
  return {
    name: alone ? 'single-source' : 'two-sources',
    severity: 'note',
    from: undefined,
    to: undefined,
    what: alone
      ? `${names} is the only source: what it says is believed.`
      : `${names} are the only sources: when they disagree nobody can tell which one is wrong.`,
    measures: { sources: sources.length },
    evidence,
    cost: alone ? 'If it is wrong, so is this clock.' : 'If they disagree, daemons stop following either.',
    causes: [],
    remedy: fourSources({ keeper }),
    confirm: 'The configuration.',
  }
}

function disagreement(
  sources: readonly SourceCount[],
  camps: readonly (readonly SourceCount[])[],
  census: Census,
  { keeper, sourceName, log }: Subject,
): Finding {
  const medians = camps.map(camp => camp[0]!.level)
  const apart = Math.max(...medians) - Math.min(...medians)
  const two = sources.length === 2
  const off = agreedAtTheEnd(sources, census, apart)
  return {
    name: two ? 'two-sources' : 'no-majority',
    severity: 'critical',
    from: log.span?.from,
    to: log.span?.to,
    what: `${two ? 'Two sources disagree' : 'The sources disagree, without a majority,'} by ${duration(apart)}: nobody can tell which ${two ? 'one is' : 'are'} wrong, and ${keeper.name} follows none or the wrong one.${off === undefined ? '' : ` At the end the clock was ${duration(Math.abs(off))} or more ${off > 0 ? 'behind' : 'ahead'} by ${two ? 'either' : 'each'} of them.`}`,
    measures: { apart, sources: sources.length, ...(off !== undefined && { offsetAtEnd: off }) },
    evidence: sources.map(({ source, medianOffset, leastDelay }) => ({
      text: `${sourceName(source)}  median offset ${signed(medianOffset)}, ${leastDelayOf(leastDelay)}`,
    })),
    cost: 'The clock runs free, or swings between them.',
    causes: [
      {
        what: 'one of them is wrong',
        why: sources.some(({ leastDelay }) => Number.isNaN(leastDelay))
          ? 'their offsets differ by more than usual ways explain'
          : 'their offsets differ by more than half their delays',
      },
      { what: 'a path is much longer in one direction', why: 'if the delays are long' },
    ],
    remedy: fourSources({ keeper }),
    confirm: '`clockwright query` with these and other servers.',
  }
}

/** How far off the clock is at least, whichever of them is right: where that is more than what they disagree by. */
function agreedAtTheEnd(
  sources: readonly SourceCount[],
  census: Census,
  apart: Seconds,
): Seconds | undefined {
  const end = Math.min(...sources.map(({ to }) => to))
  const last = sources.map(({ source }) => census.medianIn(source, [{ from: end - AT_LAST, to: end }]))
  const [least] = last.toSorted((a, b) => Math.abs(a) - Math.abs(b))
  const alike = last.every(each => each * least! > 0)
  return alike && Math.abs(least!) > apart ? least : undefined
}

/** They agreed before, or afterwards. What the measurements tell of the clock meanwhile is what one half of them says. */
function disagreedFor(
  parted: Split,
  sources: readonly SourceCount[],
  census: Census,
  subject: Subject,
): Finding {
  const { from, to, apart, open } = parted
  const { keeper, sourceName, when, log } = subject
  const two = sources.length === 2
  const leap = areAroundLeap(parted, subject)
  const said = log.events
    .of('no-source')
    .filter(({ daemon, at }) => daemon === keeper.daemon && at >= from - LONGEST_POLL && at <= to)
  return {
    name: two ? 'two-sources' : 'no-majority',
    severity: 'critical',
    from,
    to,
    what: `${two ? 'Two sources disagreed' : 'The sources disagreed, without a majority,'} by up to ${duration(apart)} from ${when(from)} ${open ? 'to the end of the log' : `to ${when(to)}`} (${duration(to - from)}): nobody can tell which ${two ? 'one was' : 'were'} wrong, and ${keeper.name} followed none or the wrong one.${leap ? ' It was the end of a month: some of them may smear a leap second.' : ''}`,
    measures: { apart, time: to - from, sources: sources.length, ...(open && { open: 1 }) },
    evidence: [
      ...sources.map(({ source, leastDelay }) => ({
        text: `${sourceName(source)}  median offset ${signed(census.medianIn(source, [{ from, to }]))} in that time, ${leastDelayOf(leastDelay)}`,
      })),
      ...said.slice(0, 2).map(evidenceOf),
    ],
    cost: 'The clock ran free meanwhile, or swung between them: how wrong it was nobody knows.',
    causes: [
      ...(leap ? [SOME_SMEAR] : []),
      {
        what: 'one or more of them went wrong',
        why: 'they had agreed, and then differed by more than their ways explain',
      },
    ],
    remedy: leap ? eitherOr(keeper) : fourSources({ keeper }),
    confirm: 'The logs of those servers; `clockwright query` with these and other servers.',
  }
}

const leastDelayOf = (delay: Seconds): string =>
  Number.isNaN(delay) ? 'delay not known' : `least delay ${duration(delay)}`

/** Sources whose offsets can all be true, the largest camp first. */
function campsOf(sources: readonly SourceCount[]): SourceCount[][] {
  const sorted = [...sources].sort((a, b) => a.level - b.level)
  const camps: SourceCount[][] = []
  for (const each of sorted) {
    const camp = camps.at(-1)
    if (camp && each.level - camp[0]!.level <= reach(each) + reach(camp[0]!)) camp.push(each)
    else camps.push([each])
  }
  return camps.sort((a, b) => b.length - a.length)
}

const reach = ({ leastDelay }: SourceCount): Seconds => Math.max(LEAST, mostExplained(leastDelay))

const fourSources = ({ keeper }: Pick<Subject, 'keeper'>) =>
  configure(
    keeper,
    'Four sources stand the loss of one and the lie of another.',
    keeper.daemon === 'other' ? [] : ['pool pool.ntp.org iburst'],
  )
