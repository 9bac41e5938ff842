/**
 * not-synchronised, by the measurements of a daemon: for hours each answer of each source said that it was farther from a clock that is right
 * than its client takes, and nobody was followed. What the clock did meanwhile has that reason, and is told with it. Where nothing shows whom the
 * daemon followed, its limit may be another; then this is a reason, and no finding.
 */
import type { FarSpell } from '#analysis/log/sources/far-roots.ts'
import { isOfLocalClock } from '#analysis/log/sources/on-own-clock.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Cause } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'
import { mendDistance, tooDistantCauses } from '../too-distant.ts'

const LONG: Seconds = 3600
const SEVERAL = 8
/** A daemon that loses its last source notices that after some polls. */
const UNTIL_NOTICED: Seconds = 3600
/** From here on it is told of a clock that nobody corrects how wrong it became. */
const NOTABLE: Seconds = 0.02
const CRITICAL: Seconds = 1
/** No server that is kept becomes so much worse. */
const GREW = 2

interface TooFar extends FarSpell {
  /** `nobody`: its logs show it; `unknown`: they do not tell whom it followed. */
  readonly followed: 'nobody' | 'unknown'
}

/** Undefined where sources were near enough, or somebody was followed nevertheless. */
function tooFarIn(subject: Subject): TooFar | undefined {
  const { log, keeper } = subject
  const format = log.bestSamples(keeper.daemon)?.format
  const spell = format === undefined ? undefined : log.roots.get(format)?.longest
  if (!spell || spell.to - spell.from <= LONG || spell.answers < SEVERAL) return undefined
  const followed = followedIn(spell, subject)
  return followed === true ? undefined : { ...spell, followed: followed === false ? 'nobody' : 'unknown' }
}

/** Undefined where nothing tells. */
function followedIn(
  { from, to }: Pick<FarSpell, 'from' | 'to'>,
  { log, keeper }: Subject,
): boolean | undefined {
  const { daemon } = keeper
  const said = log.events
    .of('selected', 'synchronised')
    .filter(event => event.daemon === daemon && !isOfLocalClock(event) && event.at <= to)
  if (said.some(({ at }) => at > from + UNTIL_NOTICED)) return true
  const chosen = daemon === 'chrony' || daemon === 'ntpd' ? log.choices[daemon].all : []
  const updates = log.updatesOf(daemon)
  if (updates) {
    const { heardTo = Number.NEGATIVE_INFINITY, silentFrom, longestSilence } = updates
    const first = daemon === 'chrony' ? (chosen[0]?.from ?? Number.POSITIVE_INFINITY) : updates.from
    const wasSilent = silentFrom < from + UNTIL_NOTICED && silentFrom + longestSilence > to - UNTIL_NOTICED
    return !(heardTo < from + UNTIL_NOTICED || first > to - UNTIL_NOTICED || wasSilent)
  }
  if (said.length > 0 || chosen.some(each => each.from < to)) return true
  return shownBy({ log, keeper }).length > 0 ? false : undefined
}

/** That nobody was followed, by what would tell it. */
function shownBy({ log, keeper: { daemon } }: Pick<Subject, 'log' | 'keeper'>): string[] {
  const updates = log.updatesOf(daemon)
  if (daemon === 'chrony')
    return [
      ...(log.events.of('version').some(each => each.daemon === daemon)
        ? ['chronyd says of no source that it selected it']
        : []),
      ...(updates ? ['tracking.log has no update of the clock'] : []),
    ]
  return [
    ...(log.samples.has('ntpd peerstats') ? ['the status words of peerstats name no system peer'] : []),
    ...(updates ? ['loopstats has no update of the clock'] : []),
  ]
}

/** Why nobody corrects a clock that is wrong: none of its sources is followed. */
export interface NobodyFollowed {
  readonly causes: readonly Cause[]
  /** For the end of a sentence. */
  readonly words: string
}

/** Undefined where nothing tells that. */
export function nobodyFollowed(subject: Subject): NobodyFollowed | undefined {
  const { log, keeper } = subject
  const far = tooFarIn(subject)
  if (far)
    return {
      causes: farCauses(far, subject),
      words: 'and its sources are too far from a clock that is right (root distance)',
    }
  const series = log.bestSamples(keeper.daemon)
  const [why] = shownBy(subject)
  if (!series || why === undefined || followedIn(series, subject) !== false) return undefined
  return {
    causes: [
      {
        what: 'it follows none of its sources: they are too far from a clock that is right (root distance), or contradict each other',
        why,
      },
    ],
    words: 'while it followed none of its sources',
  }
}

const farCauses = (far: FarSpell, { keeper }: Subject): Cause[] => {
  const causes = tooDistantCauses(keeper.daemon, far.last)
  const grew = far.last > GREW * far.first
  return grew
    ? causes.toReversed().map((cause, i) => (i === 0 ? { ...cause, why: grownFrom(far) } : cause))
    : causes.map((cause, i) => (i === 0 ? cause : { ...cause, why: 'if it had another one before' }))
}

const grownFrom = ({ first, last }: FarSpell): string =>
  `their root distance grew from ${duration(first)} to ${duration(last)}`

/** What the clock did meanwhile is told with it. */
export function isToldAsTooFar(subject: Subject, { from, to }: Pick<FarSpell, 'from' | 'to'>): boolean {
  const far = tooFarIn(subject)
  return far?.followed === 'nobody' && from < far.to && to > far.from
}

export const noneNearEnough: Rule = subject => {
  const { log, keeper, when } = subject
  const far = tooFarIn(subject)
  if (far?.followed !== 'nobody') return []
  const { from, to, answers, first, last } = far
  const series = log.bestSamples(keeper.daemon)!
  const sources = log.censusOf(keeper.daemon)?.sources().length ?? 1
  const meanwhile = series.offset.envelope.buckets().filter(each => each.to >= from && each.from <= to)
  const [worst = 0] = meanwhile
    .flatMap(({ min, max }) => [min, max])
    .sort((a, b) => Math.abs(b) - Math.abs(a))
  const off = Math.abs(worst) > NOTABLE
  const mend = mendDistance(keeper.daemon)
  return [
    {
      name: 'not-synchronised',
      severity: Math.abs(worst) > CRITICAL ? 'critical' : 'warning',
      from,
      to,
      what: `${keeper.name} heard ${sources === 1 ? 'its source' : `its ${sources} sources`} and followed none for ${duration(to - from)}, from ${when(from)} to ${when(to)}: ${sources === 1 ? 'it is' : 'each is'} ${duration(last)} from a clock that is right by what it says of itself (root distance)${off ? `. Nothing corrected the clock, and it became ${amount(Math.abs(worst))} ${worst > 0 ? 'behind' : 'ahead'}` : ''}.`,
      measures: { time: to - from, distance: last, ...(off && { size: worst }) },
      evidence: [
        {
          text: `${answers} answers (${series.format}), one after the other: root distance ${duration(first) === duration(last) ? duration(last) : `${duration(first)} at first, ${duration(last)} at last`}`,
        },
        ...shownBy(subject).map(text => ({ text: `${text} meanwhile` })),
      ],
      cost: 'The clock runs free: a minute off after some weeks, and at once after a pause.',
      causes: farCauses(far, subject),
      remedy: configure(keeper, mend.text, mend.changes),
      confirm: '`clockwright query` shows the root distance of each.',
    },
  ]
}
