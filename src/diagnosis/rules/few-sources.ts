/**
 * single-source, two-sources, no-majority: how many opinions there are. One is believed whatever it says. Two that
 * disagree stop a daemon, since nobody can tell which one is wrong; so do halves of four.
 */
import type { Census, SourceCount } from '#analysis/log/census.ts'
import { LONGEST_POLL } from '#analysis/log/longest-poll.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { type EventName, NO_SOURCE } from '#core/trace/series.ts'
import type { Finding } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { isOwnClock, unfollowedOf } from '../listed.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject, spanOf } from '../subject.ts'

/** Disagreement below this is nobody's trouble. */
const LEAST: Seconds = 5e-3

export const fewSources: Rule = subject => {
  const census = subject.log.censusOf(subject.keeper.daemon)
  if (!census) {
    const disagreed = disagreeing(subject)
    return [...(disagreed.length > 0 ? disagreed : listed(subject)), ...contradicted(subject)]
  }
  const { sources, camps, split } = opinionsOf(census)
  // `chronyd -Q` says what all its sources make, and not how many they were.
  if (sources.length === 0 || subject.log.samples.has('chronyd -Q')) return []
  if (sources.length > 2 && !split) return []
  return [split ? disagreement(sources, camps, subject) : few(sources, subject)]
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
      source !== NO_SOURCE && count >= 4 && (count >= 0.2 * most || census.paced(source)),
  )
  const camps = campsOf(sources)
  return { sources, camps, split: camps.length > 1 && 2 * camps[0]!.length <= sources.length }
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
function contradicted({ log, keeper }: Subject): Finding[] {
  const mine = (...whats: readonly EventName[]) =>
    log.events.of(...whats).filter(({ daemon }) => daemon === keeper.daemon)
  const said = mine('no-source').filter(({ text }) => /no majority/.test(text))
  if (said.length === 0) return []
  const ends = mine('selected', 'stepped', 'offset-found')
  const longest = Math.max(
    ...said.map(({ at }) => Math.min(...ends.filter(end => end.at >= at).map(end => end.at - at))),
  )
  const settled = longest <= LONGEST_POLL
  const wrong = { what: 'one or more of them are wrong', why: 'they cannot all be right' }
  return [
    {
      name: 'no-majority',
      severity: settled ? 'warning' : 'critical',
      ...spanOf(said),
      what: settled
        ? `The sources of ${keeper.name} contradicted each other${said.length > 1 ? `, ${said.length} times` : ''}, and agreed again after ${duration(longest)} at most.`
        : `The sources of ${keeper.name} contradict each other, and no majority says who is right.`,
      measures: { count: said.length, ...(settled && { time: longest }) },
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
  { keeper, sourceName, log }: Subject,
): Finding {
  const medians = camps.map(camp => camp[0]!.level)
  const apart = Math.max(...medians) - Math.min(...medians)
  const two = sources.length === 2
  return {
    name: two ? 'two-sources' : 'no-majority',
    severity: 'critical',
    from: log.span?.from,
    to: log.span?.to,
    what: `${two ? 'Two sources disagree' : 'The sources disagree, without a majority,'} by ${duration(apart)}: nobody can tell which ${two ? 'one is' : 'are'} wrong, and ${keeper.name} follows none or the wrong one.`,
    measures: { apart, sources: sources.length },
    evidence: sources.map(({ source, medianOffset, leastDelay }) => ({
      text: `${sourceName(source)}  median offset ${signed(medianOffset)}, least delay ${duration(leastDelay)}`,
    })),
    cost: 'The clock runs free, or swings between them.',
    causes: [
      { what: 'one of them is wrong', why: 'their offsets differ by more than half their delays' },
      { what: 'a path is much longer in one direction', why: 'if the delays are long' },
    ],
    remedy: fourSources({ keeper }),
    confirm: '`clockwright query` with these and other servers.',
  }
}

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

const reach = ({ leastDelay }: SourceCount): Seconds =>
  Math.max(LEAST, Number.isNaN(leastDelay) ? 0 : leastDelay / 2)

const fourSources = ({ keeper }: Pick<Subject, 'keeper'>) =>
  configure(
    keeper,
    'Four sources stand the loss of one and the lie of another.',
    keeper.daemon === 'other' ? [] : ['pool pool.ntp.org iburst'],
  )
