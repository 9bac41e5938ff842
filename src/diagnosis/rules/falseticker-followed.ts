/**
 * falseticker-followed: the clock goes with a source that stands apart from the majority. The configuration forces it on the
 * daemon (`true` in ntp.conf, `trust` and `prefer` in chrony.conf), or what the daemon follows shows in its log. With `true` the
 * vote is off: what that server says is followed, whatever the others say.
 */

import type { Census } from '#analysis/log/sources/census.ts'
import { followedIn } from '#analysis/log/sources/followed.ts'
import { isOfBeingLed, LEAST_LED, leftBy } from '#analysis/log/sources/led.ts'
import { upperMedian } from '#core/number/quantile.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Cause, Finding } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { ITS_CLOCK_IS_WRONG } from '../outvoted.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { type LedFor, ledAway } from './led-away.ts'
import { type Wrong, wrongSources } from './wrong-sources.ts'

export const falsetickerFollowed: Rule = subject => {
  const { log, keeper, sourceName } = subject
  const trusted = trustedIn(subject)
  const census = log.censusOf(keeper.daemon)
  const { always, agreeing, led } = census ? followedBy(subject, census) : NOBODY
  return [
    ...[...trusted].map(name => judge(name, subject)),
    ...always
      .filter(({ source }) => !trusted.has(sourceName(source.source)))
      .map(each => seen(each, agreeing, subject)),
    ...[...led]
      .filter(([source]) => !trusted.has(sourceName(source)))
      .map(([, spans]) => forAWhile(spans, census!, subject)),
  ]
}

interface FollowedOnes {
  /** For most of the time, or again and again. */
  readonly always: readonly Wrong[]
  readonly agreeing: number
  /** The others, for a part of it. */
  readonly led: ReadonlyMap<number, readonly LedFor[]>
}
const NOBODY: FollowedOnes = { always: [], agreeing: 0, led: new Map() }

function followedBy(subject: Subject, census: Census): FollowedOnes {
  const { wrong, agreeing } = wrongSources(subject, census)
  const all = ledAway(subject, census)
  const always = wrong.filter(each => isFollowed(each) || (isNamed(each) && !all.has(each.source.source)))
  const led = [...all].filter(([source]) => !always.some(each => each.source.source === source))
  return { always, agreeing, led: new Map(led) }
}

/** Of these this rule tells: nobody else needs to. */
export function toldAsFollowed(subject: Subject, census: Census): (source: number) => boolean {
  const { always, led } = followedBy(subject, census)
  const trusted = trustedIn(subject)
  const told = new Set([...always.map(({ source }) => source.source), ...led.keys()])
  return source => told.has(source) || trusted.has(subject.sourceName(source))
}

const isFollowed = ({ withIt, drawn, off }: Wrong): boolean =>
  (withIt || Math.abs(drawn) > LEAST_LED) && Math.abs(off) > LEAST_LED

/** By the daemon. */
const isNamed = ({ often, sure, off }: Wrong): boolean => often && sure && Math.abs(off) > LEAST_LED

const trustedIn = ({ log }: Subject): ReadonlySet<string> =>
  new Set(log.timeless.filter(({ what }) => what === 'source-trusted').map(({ source }) => source ?? ''))

function seen(
  { source, off, withIt, drawn, followedFor, sure }: Wrong,
  agreeing: number,
  subject: Subject,
): Finding {
  const { log, keeper, sourceName } = subject
  const name = sourceName(source.source)
  const partly = !withIt && Math.abs(drawn) > LEAST_LED
  const said = log.events
    .of('selected')
    .filter(each => each.daemon === keeper.daemon && each.source === name)
    .slice(0, 2)
  return {
    name: 'falseticker-followed',
    severity: sure ? 'critical' : 'warning',
    from: source.from,
    to: source.to,
    what: `${keeper.name} ${withIt || partly ? 'follows' : 'followed'} ${name}${partly ? ' beside the others' : withIt ? '' : ` for ${duration(followedFor)}`}, which is off by ${signed(off)} from what ${agreeing} other sources agree on: ${
      !sure
        ? 'it is wrong, and this clock with it, or the ways to the others are all longer in one direction'
        : withIt
          ? 'this clock is wrong by that'
          : partly
            ? `this clock was drawn to it all the time, by ${duration(Math.abs(drawn))} and more`
            : 'this clock was drawn to it again and again'
    }.`,
    measures: {
      size: off,
      others: agreeing,
      ...(partly && { drawn }),
      ...(followedFor > 0 && { time: followedFor }),
    },
    evidence: [
      {
        text: `${name}  median offset ${signed(source.medianOffset)}${withIt ? ': the clock went with it' : partly ? ', and theirs is none that their ways explain: the clock lies between' : ''}${followedFor > 0 ? `; it was followed for ${duration(followedFor)}` : ''}`,
      },
      ...said.map(evidenceOf),
    ],
    cost: sure
      ? `The clock is wrong by ${withIt ? '' : 'up to '}${duration(Math.abs(off))} as long as it is followed.`
      : 'If it is wrong, so is this clock.',
    causes: CAUSES,
    remedy: leaveOut(name, keeper),
    confirm: CONFIRM,
  }
}

const CAUSES: readonly Cause[] = [
  {
    what: 'it is forced on the daemon: `prefer` or `true` in ntp.conf, `trust` or `prefer` in chrony.conf',
    why: 'left to itself it follows the majority',
  },
  ITS_CLOCK_IS_WRONG,
]

const leaveOut = (name: string, keeper: Keeper) =>
  configure(
    keeper,
    'Remove `prefer`, `true` or `trust` from its line, or replace it by another server; have four that agree.',
    [`# server ${name}`],
  )

const CONFIRM = '`clockwright query` with this and other servers.'

/** For a part of the log. */
function forAWhile(spans: readonly LedFor[], census: Census, subject: Subject): Finding {
  const { log, keeper, sourceName, when, disturbances } = subject
  const longest = spans.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a))
  const { source, size, from, to, others, withIt } = longest
  const name = sourceName(source)
  const told = followedIn(log, keeper.daemon, name, spans).time
  const own = disturbances.own.filter(each => isOfBeingLed(leftBy(each), disturbances.led))
  const drawn = size - census.medianIn(source, [longest])
  return {
    name: 'falseticker-followed',
    severity: 'critical',
    from,
    to,
    what: `${keeper.name} followed ${name} from ${when(from)} to ${when(to)} (${duration(to - from)})${spans.length > 1 ? `, the longest of ${spans.length} times,` : ''} while it was off by ${signed(size)} from what ${others} other sources agree on: this clock was ${withIt ? 'wrong by that' : `drawn to it by ${duration(Math.abs(drawn))}`} then.`,
    measures: { size, others, time: to - from, count: spans.length },
    evidence: [
      ...spans.slice(0, 4).map(each => ({
        text: `${name}  median offset ${signed(census.medianIn(source, [each]))} from ${when(each.from)} to ${when(each.to)}, and the others ${signed(census.medianIn(source, [each]) - each.size)}: the clock ${each.withIt ? 'went with it' : 'lies between'}`,
      })),
      ...(told > 0 ? [{ text: `${keeper.name} itself names it for ${duration(told)} of that` }] : []),
      ...own.slice(0, 4).map(each => ({
        text: `${when(each.at)}  ${keeper.name} set the clock ${each.size > 0 ? 'forward' : 'back'} by ${duration(Math.abs(each.size))}`,
        file: each.file,
        line: each.line,
      })),
    ],
    cost: `All that was stamped in that time is wrong by ${duration(Math.abs(withIt ? size : drawn))}.`,
    causes: CAUSES,
    remedy: leaveOut(name, keeper),
    confirm: CONFIRM,
  }
}

function judge(name: string, { log, keeper, sourceName, when }: Subject): Finding {
  const line = log.timeless.find(({ what, source }) => what === 'source-trusted' && source === name)!
  const census = log.bestSamples(keeper.daemon)?.census
  const sources = census?.sources() ?? []
  const own = sources.find(({ source }) => sourceName(source) === name)
  const others = sources.filter(each => each !== own && each.count >= 4).map(({ level }) => level)
  const always = own ? own.level - upperMedian(others) : Number.NaN
  const spell = census?.spells().find(({ source }) => source === own?.source)
  const [apart, span] = spell && !(Math.abs(always) > LEAST_LED) ? [spell.size, spell] : [always, own]
  const wrong = Math.abs(apart) > LEAST_LED
  return {
    name: 'falseticker-followed',
    severity: wrong ? 'critical' : 'note',
    from: wrong ? span!.from : undefined,
    to: wrong ? span!.to : undefined,
    what: wrong
      ? `${name} is followed whatever the others say, and it differs from them by ${signed(apart)}${spell === span ? ` from ${when(span!.from)} to ${when(span!.to)}` : ''}.`
      : `${name} would be followed whatever the others say.`,
    measures: wrong ? { size: apart, others: others.length } : {},
    evidence: [evidenceOf(line)],
    cost: wrong ? 'The clock is wrong by that.' : 'None yet. When that server is wrong, so is this clock.',
    causes: [
      {
        what: 'the option `true` (chrony: `trust`) exempts the source from the vote',
        why: 'the line says so',
      },
    ],
    remedy: configure(keeper, 'Remove the option, and have four sources.', [`server ${name} iburst`]),
    confirm: CONFIRM,
  }
}
