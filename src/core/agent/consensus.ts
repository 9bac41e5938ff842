/**
 * From many associations to one measurement: who may vote, who is believed, what they say together.
 * Leaves its verdict, with the reason, on every association.
 */
import { clusterSurvivors } from '#core/discipline/cluster.ts'
import { combineSurvivors } from '#core/discipline/combine.ts'
import type { Observation } from '#core/discipline/estimate.ts'
import { carried } from '#core/discipline/filter.ts'
import { rootDistance } from '#core/discipline/sample.ts'
import { type Interval, selectTruechimers } from '#core/discipline/select.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Association, CounterModel } from './association.ts'
import type { AgentConfig } from './config.ts'
import type { SourceReason, SourceState } from './reason.ts'

export interface Consensus {
  readonly observation: Observation
  readonly system: Association
  readonly survivors: readonly Association[]
}

interface Candidate extends Interval {
  readonly association: Association
  readonly offset: Seconds
  readonly rootDistance: Seconds
  readonly jitter: Seconds
  readonly measuredAt: Seconds
}

/** What the associations say together at counter time `now`; undefined when they say nothing that can be believed. */
export function findConsensus(
  associations: readonly Association[],
  now: Seconds,
  counter: CounterModel,
  config: AgentConfig,
  prior: Interval | undefined,
): Consensus | undefined {
  const candidates: Candidate[] = []
  for (const association of associations) {
    const why = unusable(association)
    const candidate = why ? undefined : candidateOf(association, now, counter)
    if (why) judge(association, ...why)
    else if (!candidate) judge(association, 'starting', 'no-reply-yet')
    else if (candidate.rootDistance > config.maxdistance) judge(association, 'unusable', 'too-distant')
    else candidates.push(candidate)
  }
  const selection = selectTruechimers(candidates, prior)
  if (candidates.length === 0) return undefined
  if (selection.kind === 'no-majority') {
    for (const { association } of candidates) judge(association, 'falseticker', 'no-majority')
    return undefined
  }
  const truechimers = selection.truechimers.map(i => candidates[i]!)
  for (const candidate of candidates) {
    if (truechimers.includes(candidate)) candidate.association.outvoted = 0
    else judge(candidate.association, 'falseticker', 'disagrees-with-majority')
  }
  if (truechimers.length < config.minsources) {
    for (const { association } of truechimers) judge(association, 'unusable', 'too-few-sources')
    return undefined
  }
  return combine(truechimers, selection, now, counter.rate)
}

/**
 * The observation is dated back to the newest sample that it rests on: a vote that was only carried forward at the
 * estimated rate holds nothing new, and feeding it back would make the estimate believe itself.
 */
function combine(truechimers: readonly Candidate[], majority: Interval, now: Seconds, rate: Rate): Consensus {
  const preferred = truechimers.filter(({ association }) => association.config.prefer)
  const { survivors, outliers } = clusterSurvivors(preferred.length > 0 ? preferred : truechimers)
  const combined = combineSurvivors(survivors)
  for (const candidate of truechimers) judge(candidate.association, 'outlier', 'not-preferred')
  for (const { association } of outliers) judge(association, 'outlier', 'less-consistent')
  for (const { association } of survivors) judge(association, 'survivor', 'agrees')
  judge(combined.system.association, 'system', 'best')
  const at = Math.max(...survivors.map(survivor => survivor.measuredAt))
  const back = rate * (now - at)
  return {
    observation: {
      at,
      offset: Math.min(Math.max(combined.offset, majority.low), majority.high) - back,
      low: majority.low - back,
      high: majority.high - back,
      jitter: combined.jitter,
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
  if (association.config.noselect && association.accepted > 0) return ['unusable', 'measured-only']
  return undefined
}

function candidateOf(association: Association, now: Seconds, counter: CounterModel): Candidate | undefined {
  const filtered = association.filter.read(now, counter, counter.precision)
  if (!filtered) return undefined
  const age = now - filtered.best.at
  const offset = carried(filtered.best, now, counter.rate)
  const distance = rootDistance(filtered.best) + counter.drift * Math.max(0, age)
  return {
    association,
    offset,
    low: offset - distance,
    high: offset + distance,
    rootDistance: distance,
    jitter: filtered.jitter,
    measuredAt: filtered.best.at,
  }
}

function judge(association: Association, state: SourceState, reason: SourceReason): void {
  association.state = state
  association.reason = reason
}
