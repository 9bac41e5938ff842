/**
 * falseticker-followed: the clock goes with a source that stands apart from the majority. The configuration forces it on the
 * daemon (`true` in ntp.conf, `trust` and `prefer` in chrony.conf), or what the daemon follows shows in its log. With `true` the
 * vote is off: what that server says is followed, whatever the others say.
 */
import { upperMedian } from '#core/number/median.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { type Wrong, wrongSources } from './wrong-sources.ts'

const LEAST: Seconds = 5e-3

export const falsetickerFollowed: Rule = subject => {
  const { log, keeper, sourceName } = subject
  const trusted = trustedIn(subject)
  const census = log.censusOf(keeper.daemon)
  const { wrong = [], agreeing = 0 } = census ? wrongSources(subject, census) : {}
  return [
    ...[...trusted].map(name => judge(name, subject)),
    ...wrong
      .filter(each => isFollowed(each) && !trusted.has(sourceName(each.source.source)))
      .map(each => seen(each, agreeing, subject)),
  ]
}

/** Those of which this rule tells: nobody else needs to. */
export function toldAsFollowedIn(subject: Subject): (each: Wrong) => boolean {
  const trusted = trustedIn(subject)
  return each => isFollowed(each) || trusted.has(subject.sourceName(each.source.source))
}

const isFollowed = ({ withIt, drawn, often, off, sure }: Wrong): boolean =>
  (withIt || Math.abs(drawn) > LEAST || (often && sure)) && Math.abs(off) > LEAST

const trustedIn = ({ log }: Subject): ReadonlySet<string> =>
  new Set(log.timeless.filter(({ what }) => what === 'source-trusted').map(({ source }) => source ?? ''))

function seen(
  { source, off, withIt, drawn, followedFor, sure }: Wrong,
  agreeing: number,
  subject: Subject,
): Finding {
  const { log, keeper, sourceName } = subject
  const name = sourceName(source.source)
  const partly = !withIt && Math.abs(drawn) > LEAST
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
    causes: [
      {
        what: 'it is forced on the daemon: `prefer` or `true` in ntp.conf, `trust` or `prefer` in chrony.conf',
        why: 'left to itself it follows the majority',
      },
      { what: 'that server’s clock is wrong', why: 'the others agree against it' },
    ],
    remedy: configure(
      keeper,
      'Remove `prefer`, `true` or `trust` from its line, or replace it by another server; have four that agree.',
      [`# server ${name}`],
    ),
    confirm: '`clockwright query` with this and other servers.',
  }
}

function judge(name: string, { log, keeper, sourceName }: Subject): Finding {
  const line = log.timeless.find(({ what, source }) => what === 'source-trusted' && source === name)!
  const census = log.bestSamples(keeper.daemon)?.census
  const sources = census?.sources() ?? []
  const own = sources.find(({ source }) => sourceName(source) === name)
  const others = sources.filter(each => each !== own && each.count >= 4).map(({ level }) => level)
  const always = own ? own.level - upperMedian(others) : Number.NaN
  const spell = census?.spells().find(({ source }) => source === own?.source)
  const [apart, span] = spell && !(Math.abs(always) > LEAST) ? [spell.size, spell] : [always, own]
  const wrong = Math.abs(apart) > LEAST
  return {
    name: 'falseticker-followed',
    severity: wrong ? 'critical' : 'note',
    from: wrong ? span!.from : undefined,
    to: wrong ? span!.to : undefined,
    what: wrong
      ? `${name} is followed whatever the others say, and it differs from them by ${signed(apart)}.`
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
    confirm: '`clockwright query` with this and other servers.',
  }
}
