/**
 * leap-or-smear-mix: around the end of a month some sources jumped by a second and others did not. Some served the leap
 * second at once, others smeared it or did not know of it. Servers that smear must not be mixed with those that do not.
 */
import { endOfMonth } from '#core/time/civil.ts'
import { signed } from '#core/time/format.ts'
import { plus, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

const LEAP: Seconds = 1
const NEARLY: Seconds = 0.03
/** The last second of a month is the leap; a server that was not told of it hears so at one of its next polls. */
const EARLY: Seconds = 60
const LATE: Seconds = 3600

export const leapOrSmearMix: Rule = ({ disturbances, keeper, instantOf, sourceName, when }) => {
  const jumps = disturbances.sources.filter(({ size, from, to }) => {
    const end = endOfMonth(plus(instantOf(from), -LATE))
    return Math.abs(Math.abs(size) - LEAP) < NEARLY && since(end, instantOf(to)) < EARLY
  })
  const [first] = jumps
  if (!first) return []
  const names = [...new Set(jumps.flatMap(({ sources }) => sources.map(sourceName)))]
  return [
    {
      name: 'leap-or-smear-mix',
      severity: 'warning',
      from: first.from,
      to: jumps.at(-1)!.to,
      what: `${names.join(', ')} jumped by ${signed(first.size)} at the end of a month, and the other sources did not: a leap second that not all of them tell alike.`,
      measures: { size: first.size, sources: names.length },
      evidence: jumps.slice(0, 5).flatMap(each =>
        each.lines.map(({ file, line }) => ({
          text: `${each.sources.map(sourceName).join(', ')} by ${signed(each.size)} between ${when(each.from)} and ${when(each.to)}`,
          file,
          line,
        })),
      ),
      cost: 'For up to a day the sources disagree by up to a second, and the daemon follows whichever are more.',
      causes: [
        { what: 'some of the servers smear leap seconds', why: 'those of large clouds do' },
        { what: 'a server has no list of leap seconds', why: 'if it was wrong by a second from then on' },
      ],
      remedy: configure(keeper, 'Use servers that smear, or servers that do not; never both.', [
        'leapsectz right/UTC   (chronyd)',
        'leapfile /usr/share/zoneinfo/leap-seconds.list   (ntpd)',
      ]),
      confirm: 'Whether a leap second was announced for that day (Bulletin C of the IERS).',
    },
  ]
}
