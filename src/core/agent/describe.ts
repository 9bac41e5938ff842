/** What is believed at a reading, put into words of `Status`. Changes nothing. */
import { readingAhead, type Sample } from '#core/discipline/sample.ts'
import { formatRefid } from '#core/ntp/refid.ts'
import { type Reading, since } from '#core/time/instant.ts'
import { fromNtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Association } from './association.ts'
import type { Knowledge } from './knowledge.ts'
import type { SourceReason, SourceState } from './reason.ts'
import type { Entry, Roster } from './roster.ts'
import type { SourceStatus, Status } from './status.ts'

export type ClockStatus = Omit<Status, 'sources' | 'now' | 'holding'>

/** Before the world has opened. */
export const NOTHING_KNOWN: ClockStatus = {
  state: 'starting',
  offset: undefined,
  errorBound: undefined,
  frequencyError: undefined,
  frequencyErrorBound: undefined,
  jitter: undefined,
  rootDelay: undefined,
  rootDispersion: undefined,
  stratum: undefined,
  refid: undefined,
  leap: 'unknown',
  measuredAt: undefined,
}

export function describeClock(knowledge: Knowledge, now: Reading): ClockStatus {
  const at = knowledge.at(now)
  const believed = knowledge.offset(now)
  const { estimate, consensus } = knowledge
  const { rate } = estimate
  const system = consensus?.system
  const packet = system?.packet
  const best = system?.read(at)?.best
  return {
    state: knowledge.state(at),
    offset: believed?.offset,
    errorBound: believed?.bound,
    frequencyError: rate === undefined ? undefined : -rate / (1 + rate),
    frequencyErrorBound: rate === undefined ? undefined : estimate.rateBound(at),
    jitter: estimate.jitter,
    rootDelay: packet && best ? packet.rootDelay + best.delay : undefined,
    rootDispersion: packet && best ? packet.rootDispersion + aged(best, at, system!.track.drift) : undefined,
    stratum: packet && packet.stratum + 1,
    refid: packet && formatRefid(packet.refid, packet.stratum),
    leap: packet?.leap ?? 'unknown',
    measuredAt: knowledge.measuredAt,
  }
}

export function describeSources(
  roster: Roster,
  knowledge: Knowledge | undefined,
  now: Reading,
): SourceStatus[] {
  const at = knowledge?.at(now) ?? 0
  const ahead = knowledge ? readingAhead(knowledge.scale, now) : 0
  return roster.entries.flatMap(entry =>
    entry.associations.length === 0
      ? [unresolved(entry)]
      : entry.associations.map(association => describeSource(association, at, ahead, now)),
  )
}

function describeSource(association: Association, at: Seconds, ahead: Seconds, now: Reading): SourceStatus {
  const filtered = association.read(at)
  const { config, endpoint, packet, nextPollAt, track } = association
  const best = filtered?.best
  const claim = track.known ? { offset: track.offset(at), ...track.interval(at) } : undefined
  return {
    name: config.name,
    address: endpoint.address,
    port: endpoint.port,
    state: association.state,
    reason: association.reason,
    stratum: packet?.stratum,
    refid: packet && formatRefid(packet.refid, packet.stratum),
    leap: packet?.leap,
    version: packet?.version,
    offset: claim && claim.offset - ahead,
    delay: best?.delay,
    dispersion: best && aged(best, at, track.drift),
    jitter: filtered?.jitter,
    rootDelay: packet?.rootDelay,
    rootDispersion: packet?.rootDispersion,
    rootDistance: claim && Math.max(claim.high - claim.offset, claim.offset - claim.low),
    reach: association.reach,
    poll: association.poll,
    measuredAt: association.measuredAt,
    nextPollIn: nextPollAt === undefined ? undefined : Math.max(0, since(nextPollAt, now.monotonic)),
    referenceTime: packet && packet.reference !== UNKNOWN_TIME ? fromNtpTime(packet.reference) : undefined,
    stampedBy: association.stampedBy,
    sent: association.sent,
    received: association.received,
    accepted: association.accepted,
    refusals: { ...association.refusals },
    lastRefusal: association.lastRefusal,
  }
}

/** The dispersion of a sample at counter time `at`: as it was measured, and what the counter can have drifted since. */
const aged = (sample: Sample, at: Seconds, drift: Rate): Seconds =>
  sample.dispersion + drift * Math.max(0, at - sample.at)

const UNRESOLVED_STATE: Partial<Record<SourceReason, SourceState>> = {
  'name-not-found': 'unreachable',
  'asked-already': 'unusable',
}

function unresolved(entry: Entry): SourceStatus {
  return {
    name: entry.config.name,
    address: entry.config.address,
    port: entry.config.port,
    state: UNRESOLVED_STATE[entry.reason] ?? 'starting',
    reason: entry.reason,
    stratum: undefined,
    refid: undefined,
    leap: undefined,
    version: undefined,
    offset: undefined,
    delay: undefined,
    dispersion: undefined,
    jitter: undefined,
    rootDelay: undefined,
    rootDispersion: undefined,
    rootDistance: undefined,
    reach: 0,
    poll: entry.config.minpoll,
    measuredAt: undefined,
    nextPollIn: undefined,
    referenceTime: undefined,
    stampedBy: undefined,
    sent: 0,
    received: 0,
    accepted: 0,
    refusals: {},
    lastRefusal: undefined,
  }
}
