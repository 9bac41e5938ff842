/**
 * leap-or-smear-mix: around the end of a month some sources jumped by a second and others did not. Some served the leap
 * second at once, others smeared it or did not know of it. Servers that smear must not be mixed with those that do not. Or all of
 * them served it, and this machine did not know of it.
 */
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Cause, Finding, Remedy } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { type Subject, seenIn } from '../subject.ts'
import { isLeapOfAll, mayBeLeap } from './leap-second.ts'
import { momentOf } from './moment.ts'
import { recovery } from './recovery.ts'
import { isOfLeap } from './wrong-sources.ts'

export const leapOrSmearMix: Rule = subject => {
  const leapt = mixed(subject)
  return [...leapt, ...(leapt.length > 0 ? [] : smeared(subject)), ...notByThis(subject)]
}

/** All servers, and this machine not. */
const notByThis = (subject: Subject): Finding[] =>
  subject.disturbances.clock.filter(each => isLeapOfAll(each, subject)).map(each => leftOut(each, subject))

function leftOut(each: Disturbance, subject: Subject): Finding {
  const back = recovery(each, subject)
  return {
    name: 'leap-or-smear-mix',
    severity: 'warning',
    from: each.from,
    to: each.to,
    what:
      each.sources.length === 0
        ? `${subject.keeper.name} found this clock ${duration(Math.abs(each.size))} ahead ${momentOf(each, subject)}, at the end of a month: a leap second that its sources made, or some of them, and this machine did not.`
        : `${each.sources.map(subject.sourceName).join(', ')} went back by ${duration(Math.abs(each.size))} against this clock ${momentOf(each, subject)}, at the end of a month: a leap second that they made and this machine did not.`,
    measures: {
      size: each.size,
      uncertainty: each.uncertainty,
      sources: each.sources.length,
      ...(back && { recovered: back.after }),
    },
    evidence: [
      ...seenIn(each, subject, 'and the daemon had not done it'),
      ...(back ? [{ text: back.text }] : []),
    ],
    cost: `Stamps are a second too late from then on${back ? `, for ${duration(back.after)}` : ' until the daemon has undone it'}.`,
    causes: [
      {
        what: 'no source told of the leap second before it came, and no list of leap seconds is configured',
        why: 'the kernel inserts only what its daemon arms',
      },
      {
        what: 'somebody set the clock forward by a second',
        why: 'if no leap second was announced for that day',
      },
    ],
    remedy: configure(subject.keeper, 'Let the daemon know leap seconds by a list of them.', LISTS),
    confirm: ANNOUNCED,
  }
}

export const SOME_SMEAR: Cause = {
  what: 'some of the servers smear leap seconds',
  why: 'those of large clouds do',
}
export const eitherOr = (keeper: Keeper): Remedy =>
  configure(keeper, 'Use servers that smear, or servers that do not; never both.', LISTS)

/** Whatever showed it. */
const ofMix = ({ keeper }: Subject) => ({
  name: 'leap-or-smear-mix' as const,
  severity: 'warning' as const,
  cost: 'For up to a day the sources disagree by up to a second, and the daemon follows whichever are more.',
  causes: [
    SOME_SMEAR,
    { what: 'a server has no list of leap seconds', why: 'if it was wrong by a second from then on' },
  ],
  remedy: eitherOr(keeper),
  confirm: ANNOUNCED,
})

function mixed(subject: Subject): Finding[] {
  const { disturbances, sourceName, when } = subject
  const jumps = disturbances.sources.filter(each => mayBeLeap(each, subject))
  const [first] = jumps
  if (!first) return []
  const names = [...new Set(jumps.flatMap(({ sources }) => sources.map(sourceName)))]
  return [
    {
      ...ofMix(subject),
      from: first.from,
      to: jumps.at(-1)!.to,
      what: `${names.join(', ')} jumped by ${signed(first.size)} at the end of a month, and the other sources did not: a leap second that not all of them tell alike.`,
      measures: { size: first.size, sources: names.length },
      evidence: jumps.slice(0, 5).map(each => ({
        text: `${each.sources.map(sourceName).join(', ')} by ${signed(each.size)} between ${when(each.from)} and ${when(each.to)}`,
        ...each.lines[0],
      })),
    },
  ]
}

/** Over hours, up to the leap and from it on, or from it on for good. */
function smeared(subject: Subject): Finding[] {
  const { log, keeper, sourceName, when } = subject
  const census = log.censusOf(keeper.daemon)
  const sources = (census?.sources() ?? []).filter(({ source }) => isOfLeap(source, census!, subject))
  return sources.map(({ source }) => {
    const spells = census!.spellsOf(source)
    const most = spells.reduce((a, b) => (Math.abs(b.size) > Math.abs(a.size) ? b : a))
    return {
      ...ofMix(subject),
      from: spells[0]!.from,
      to: spells.at(-1)!.to,
      what: `${sourceName(source)} was up to a second away from the others around the end of a month, ${signed(most.size)} in the middle of that time: it smears the leap second, or does not make it, and they do otherwise.`,
      measures: { size: most.size, sources: 1 },
      evidence: spells.slice(0, 4).map(each => ({
        text: `${sourceName(source)}  ${signed(each.size)} from the middle of the sources, from ${when(each.from)} to ${when(each.to)}`,
      })),
    }
  })
}

const LISTS = ['leapsectz right/UTC   (chronyd)', 'leapfile /usr/share/zoneinfo/leap-seconds.list   (ntpd)']
const ANNOUNCED = 'Whether a leap second was announced for that day (Bulletin C of the IERS).'
