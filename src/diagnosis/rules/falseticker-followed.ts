/**
 * falseticker-followed: the configuration forces a source on the daemon (`true` in ntp.conf, `trust` in chrony.conf), or the
 * daemon follows a source that its own report calls a falseticker. With `true` the vote is off: what that server says is
 * followed, whatever the others say.
 */
import { upperMedian } from '#core/number/median.ts'
import { signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'

const LEAST: Seconds = 5e-3

export const falsetickerFollowed: Rule = subject => {
  const trusted = subject.log.timeless.filter(({ what }) => what === 'source-trusted')
  return trusted.map(line => judge(line.source ?? '', subject)).filter(found => found !== undefined)
}

function judge(name: string, { log, keeper, sourceName }: Subject): Finding | undefined {
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
