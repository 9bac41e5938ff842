/**
 * From what the agent says to what the API says: instants become decimal strings, unknown becomes null,
 * and a number that is not finite is not known either (JSON has no word for it, and 0 would be a lie).
 */
import type { SourceStatus, Status } from '#core/agent/status.ts'
import type { KernelClock } from '#core/guest/facts.ts'
import { formatRefid } from '#core/ntp/refid.ts'
import { decimal } from '#core/time/format.ts'
import type { Instant, Reading } from '#core/time/instant.ts'
import { since } from '#core/time/instant.ts'
import type { Bucket } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { ReadingBody, RecordBody, SeriesBody, SourceBody, SourcesBody, StatusBody } from './bodies.ts'
import type { ServerSnapshot, Snapshot } from './snapshot.ts'
import { reasonText } from './words/reason.ts'

export function encodeStatus(snapshot: Snapshot): StatusBody {
  const { version, mode, sourcesFrom, machine } = snapshot
  return {
    version,
    startedAt: encodeReading(snapshot.startedAt),
    mode,
    sourcesFrom,
    machine: {
      hostname: machine.hostname,
      kernel: machine.kernel,
      cpus: machine.cpus,
      hypervisor: machine.hypervisor
        ? { name: machine.hypervisor.name, evidence: machine.hypervisor.evidence }
        : null,
      clocksource: machine.clocksource ?? null,
      clocksources: [...machine.clocksources],
      timekeepers: machine.timekeepers.map(({ name, pid, commandLine, disciplines }) => ({
        name,
        pid,
        commandLine,
        disciplines,
      })),
      boot: machine.boot,
    },
    kernelClock: snapshot.kernelClock ? encodeKernelClock(snapshot.kernelClock) : null,
    losses: snapshot.losses.map(({ name, text }) => ({ name, text })),
    clock: encodeClock(snapshot.clock),
    server: snapshot.server ? encodeServer(snapshot.server) : null,
  }
}

function encodeServer({ at, counts, standing }: ServerSnapshot): NonNullable<StatusBody['server']> {
  const synchronised = standing.stratum > 0
  return {
    at: [...at],
    synchronised,
    stratum: synchronised ? standing.stratum : null,
    leap: standing.leap,
    refid: synchronised ? formatRefid(standing.refid, standing.stratum) : null,
    rootDelay: synchronised ? finite(standing.rootDelay) : null,
    rootDispersion: synchronised ? finite(standing.rootDispersion) : null,
    requests: counts.requests,
    replies: counts.replies,
    unsynchronised: counts.unsynchronised,
    kisses: counts.kisses,
    dropped: { ...counts.dropped },
  }
}

export const encodeSources = (clock: Status): SourcesBody => ({
  now: encodeReading(clock.now),
  sources: clock.sources.map(encodeSource),
})

function encodeClock(clock: Status): StatusBody['clock'] {
  return {
    now: encodeReading(clock.now),
    state: clock.state,
    offset: finite(clock.offset),
    errorBound: finite(clock.errorBound),
    frequencyError: finite(clock.frequencyError),
    frequencyErrorBound: finite(clock.frequencyErrorBound),
    jitter: finite(clock.jitter),
    rootDelay: finite(clock.rootDelay),
    rootDispersion: finite(clock.rootDispersion),
    stratum: finite(clock.stratum),
    refid: clock.refid ?? null,
    leap: clock.leap,
    measuredAt: clock.measuredAt ? encodeReading(clock.measuredAt) : null,
    holding: clock.holding ?? null,
    sources: clock.sources.map(encodeSource),
  }
}

function encodeSource(source: SourceStatus): SourceBody {
  return {
    name: source.name,
    address: source.address,
    port: source.port,
    state: source.state,
    reason: source.reason,
    reasonText: reasonText(source),
    stratum: finite(source.stratum),
    refid: source.refid ?? null,
    leap: source.leap ?? null,
    version: finite(source.version),
    offset: finite(source.offset),
    delay: finite(source.delay),
    dispersion: finite(source.dispersion),
    jitter: finite(source.jitter),
    rootDelay: finite(source.rootDelay),
    rootDispersion: finite(source.rootDispersion),
    rootDistance: finite(source.rootDistance),
    reach: source.reach & 0xff,
    poll: source.poll,
    measuredAt: source.measuredAt ? encodeReading(source.measuredAt) : null,
    nextPollIn: finite(source.nextPollIn),
    referenceTime: source.referenceTime === undefined ? null : decimal(source.referenceTime),
    stampedBy: source.stampedBy ?? null,
    sent: source.sent,
    received: source.received,
    accepted: source.accepted,
    refusals: { ...source.refusals } as Record<string, number>,
    lastRefusal: source.lastRefusal ?? null,
  }
}

function encodeKernelClock(kernel: KernelClock): NonNullable<StatusBody['kernelClock']> {
  return {
    frequency: finite(kernel.frequency),
    offset: finite(kernel.offset),
    maxError: finite(kernel.maxError),
    estError: finite(kernel.estError),
    synchronised: kernel.synchronised,
    leap: kernel.leap,
    taiOffset: finite(kernel.taiOffset),
    status: [...kernel.status],
  }
}

export function encodeRecord(record: TraceRecord): RecordBody {
  const at = encodeReading(record.at)
  switch (record.kind) {
    case 'started':
      return { kind: record.kind, at, version: record.version, boot: record.boot }
    case 'sample':
      return {
        kind: record.kind,
        at,
        source: record.source,
        address: record.address,
        offset: finite(record.offset),
        delay: finite(record.delay),
        dispersion: finite(record.dispersion),
        rootDistance: finite(record.rootDistance),
        stratum: record.stratum,
        leap: record.leap,
        poll: record.poll,
      }
    case 'estimate':
      return {
        kind: record.kind,
        at,
        offset: finite(record.offset),
        errorBound: finite(record.errorBound),
        frequencyError: finite(record.frequencyError),
        frequencyErrorBound: finite(record.frequencyErrorBound),
        jitter: finite(record.jitter),
        source: record.source ?? null,
        survivors: record.survivors,
      }
    case 'step':
      return {
        kind: record.kind,
        at,
        size: finite(record.size),
        uncertainty: finite(record.uncertainty),
        by: record.by,
      }
    case 'disruption':
      return {
        kind: record.kind,
        at,
        what: record.what,
        witness: record.witness,
        lost: finite(record.lost),
        uncertainty: finite(record.uncertainty),
        within: finite(record.within),
        amends: finite(record.amends),
      }
    case 'recovered':
      return {
        kind: record.kind,
        at,
        after: finite(record.after),
        witness: record.witness,
        lost: finite(record.lost),
        uncertainty: finite(record.uncertainty),
      }
    case 'source':
      return {
        kind: record.kind,
        at,
        source: record.source,
        address: record.address,
        state: record.state,
        reason: record.reason,
      }
    case 'notice':
      return { kind: record.kind, at, name: record.name, text: record.text }
  }
}

/** Columns, because a plot wants columns; their times are differences from the window's begin and so lose nothing. */
export const encodeBuckets = (
  buckets: readonly Bucket[],
  from: Instant,
): Pick<SeriesBody, 'first' | 'at' | 'min' | 'max' | 'last' | 'count'> => ({
  first: buckets.map(bucket => since(bucket.first, from)),
  at: buckets.map(bucket => since(bucket.at, from)),
  min: buckets.map(bucket => finite(bucket.min)),
  max: buckets.map(bucket => finite(bucket.max)),
  last: buckets.map(bucket => finite(bucket.last)),
  count: buckets.map(bucket => bucket.count),
})

const encodeReading = (at: Reading): ReadingBody => ({
  wall: decimal(at.wall),
  monotonic: decimal(at.monotonic),
})

const finite = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value
