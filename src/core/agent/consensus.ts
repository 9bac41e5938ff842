/**
 * From many associations to one measurement: who may vote, who is believed, what they say together.
 * Leaves its verdict, with the reason, on every association.
 */
import { clusterSurvivors } from '#core/discipline/cluster.ts'
import { combineSurvivors } from '#core/discipline/combine.ts'
import type { Belief } from '#core/discipline/estimate.ts'
import { type Interval, reachFrom, selectTruechimers } from '#core/discipline/select.ts'
import type { Track } from '#core/discipline/track.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Association } from './association.ts'
import type { AgentConfig } from './config.ts'
import type { SourceReason, SourceState } from './reason.ts'
import type { Suspicion } from './suspicion.ts'

export interface Consensus {
  readonly belief: Belief
  readonly system: Association
  readonly survivors: readonly Association[]
}

interface Candidate extends Interval {
  readonly association: Association
  readonly offset: Seconds
  readonly rootDistance: Seconds
  readonly jitter: Seconds
}

/**
 * What the associations say together at counter time `now`; undefined when they say nothing that can be believed.
 * `prior` is where true time must lie by what was known before. While nothing is known, sources that have not had the
 * time to answer yet (`waitFor` of them are not even resolved) count as votes against: else the fastest would decide. So do
 * those whose word has become worthless by a disruption, and who were asked anew.
 *
 * Sources that have excluded each other for long do not agree because their words grow old and vague: among them only what
 * they said when they were asked counts, and what the counter has surely drifted since (`drift`, given in that case).
 *
 * Who has only grown too old to be of use still says, vaguely, what it said: it widens what the majority covers, and is not
 * followed. Else the one who was asked last would be a majority of one.
 *
 * While it is suspected that true time has moved, only what was said later counts, and nothing else.
 */
export function findConsensus(
  associations: readonly Association[],
  now: Seconds,
  config: AgentConfig,
  prior: Interval | undefined,
  waitFor: number,
  drift?: Rate,
  suspicion?: Suspicion,
): Consensus | undefined {
  const candidates: Candidate[] = []
  const vague: Candidate[] = []
  let awaited = 0
  for (const association of associations) {
    const why = unusable(association)
    const candidate = why ? undefined : candidateOf(association, now, drift, suspicion)
    if (why) judge(association, ...why)
    else if (suspicion && association.measured && association.track.measuredAt < suspicion.since) {
      judge(association, 'starting', 'no-reply-yet')
      if (association.awaited) awaited++
    } else if (!candidate && association.erratic) judge(association, 'unusable', 'erratic')
    else if (!candidate)
      judge(
        association,
        'starting',
        association.accepted > 0 ? 'measuring' : association.slowed ? 'asked-to-slow-down' : 'no-reply-yet',
      )
    else if (candidate.rootDistance > config.maxdistance) {
      judge(association, 'unusable', 'too-distant')
      if (association.awaited) awaited++
      else if (wasClear(association, config.maxdistance)) vague.push(candidate)
    } else candidates.push(candidate)
  }
  if (candidates.length === 0) return undefined
  const selection = selectTruechimers(vague.length === 0 ? candidates : [...candidates, ...vague], prior)
  if (selection.kind === 'no-majority') {
    for (const { association } of candidates) judge(association, 'falseticker', 'no-majority')
    return undefined
  }
  const truechimers: Candidate[] = []
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]!
    if (selection.truechimers.includes(i)) {
      candidate.association.outvoted = 0
      truechimers.push(candidate)
    } else judge(candidate.association, 'falseticker', 'disagrees-with-majority')
  }
  if (truechimers.length < config.minsources) {
    for (const { association } of truechimers) judge(association, 'unusable', 'too-few-sources')
    return undefined
  }
  const starting = prior ? 0 : waitFor + associations.filter(association => association.pending).length
  const silent = starting + awaited
  if (2 * truechimers.length <= candidates.length + silent) {
    for (const { association } of truechimers) judge(association, 'starting', 'waiting-for-others')
    return undefined
  }
  return combine(truechimers, selection, now)
}

/** What it said was no worse than it may be, when it said it. */
function wasClear({ track }: Association, maxdistance: Seconds): boolean {
  const at = track.measuredAt
  return reachFrom(track.offset(at), track.interval(at)) <= maxdistance
}

function combine(truechimers: readonly Candidate[], majority: Interval, now: Seconds): Consensus {
  const preferred = truechimers.filter(({ association }) => association.config.prefer)
  const { survivors, outliers } = clusterSurvivors(preferred.length > 0 ? preferred : truechimers)
  const combined = combineSurvivors(survivors)
  for (const candidate of truechimers) judge(candidate.association, 'outlier', 'not-preferred')
  for (const { association } of outliers) judge(association, 'outlier', 'less-consistent')
  for (const { association } of survivors) judge(association, 'survivor', 'agrees')
  judge(combined.system.association, 'system', 'best')
  const { track } = combined.system.association
  return {
    belief: {
      at: now,
      offset: Math.min(Math.max(combined.offset, majority.low), majority.high),
      low: majority.low,
      high: majority.high,
      jitter: combined.jitter,
      rate: track.rate,
      rateBound: track.rateBound(now),
      wander: track.wander,
    },
    system: combined.system.association,
    survivors: survivors.map(({ association }) => association),
  }
}

/** Why a source cannot even be a candidate; undefined when it can, or has only just been asked. */
function unusable(association: Association): [SourceState, SourceReason] | undefined {
  if (association.stopped) return ['stopped', 'asked-to-stop']
  if (association.unsynchronised) return ['unusable', 'not-synchronised']
  if (association.reach === 0 && association.sent > 1) {
    if (association.failure) return ['unreachable', association.failure]
    if (association.refusing) return ['unusable', 'replies-refused']
    return association.sent < 8 && association.accepted === 0 ? undefined : ['unreachable', 'no-reply']
  }
  const { trust } = association
  if (trust && !trust.trusted && association.accepted > 0)
    return trust.lies ? ['falseticker', 'host-contradicts'] : ['unusable', 'host-unproven']
  if (association.config.noselect && association.accepted > 0) return ['unusable', 'measured-only']
  return undefined
}

function candidateOf(
  association: Association,
  now: Seconds,
  drift?: Rate,
  suspicion?: Suspicion,
): Candidate | undefined {
  if (!association.measured) return undefined
  const { track, reason } = association
  const aged = suspicion ? track.said(now, suspicion.counter)! : track.interval(now)
  const interval =
    reason === 'no-majority' && drift !== undefined ? common(aged, saidBy(track, now, drift)) : aged
  const offset = track.offset(now)
  return {
    association,
    offset,
    low: interval.low,
    high: interval.high,
    rootDistance: reachFrom(offset, interval),
    jitter: association.jitter,
  }
}

/** What a source said when it was asked, carried to now by what is known of the counter. */
function saidBy(track: Track, now: Seconds, drift: Rate): Interval {
  const age = now - track.measuredAt
  const { low, high } = track.interval(track.measuredAt)
  const moved = track.offset(now) - track.offset(track.measuredAt)
  return { low: low + moved - drift * age, high: high + moved + drift * age }
}

const common = (a: Interval, b: Interval): Interval => ({
  low: Math.max(a.low, b.low),
  high: Math.min(a.high, b.high),
})

function judge(association: Association, state: SourceState, reason: SourceReason): void {
  association.state = state
  association.reason = reason
}
