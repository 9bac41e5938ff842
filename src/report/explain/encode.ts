/**
 * What `clockwright analyze --json` says, in the shape that docs/reference/explain-json.md describes. Instants are bigints
 * here and decimal strings in the text; what is not known is null.
 */
import type { HostLog, OffsetMeasures } from '#analysis/log/host-log.ts'
import type { Moments } from '#analysis/log/statistics/moments.ts'
import { steadyPart } from '#analysis/log/statistics/steady.ts'
import { type WanderPoint, wanderOf } from '#analysis/log/statistics/wander.ts'
import type { Summary } from '#analysis/log/statistics/windows.ts'
import { instantAt } from '#core/time/civil.ts'
import type { Instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { Evidence, Finding } from '#diagnosis/finding.ts'
import { printable } from '../table.ts'

export function encodeHost(host: Explained, fileNames: readonly string[]) {
  const at = (time: Seconds | undefined): Instant | null =>
    time === undefined || !Number.isFinite(time) ? null : instantAt(time, host.baseDay)
  return {
    name: host.name,
    daemons: host.keepers.map(({ daemon, version, name }) => ({ daemon, version, name })),
    verdict: host.verdict,
    from: at(host.span?.from),
    to: at(host.span?.to),
    series: encodeSeries(host.log, host.sourceNames, at),
    resolution: resolutionOf(host.log),
    findings: host.findings.map(finding => encodeFinding(finding, fileNames, at)),
  }
}

type At = (time: Seconds | undefined) => Instant | null

/** The step in which the clock can be read, as its daemon measured it when it started. */
const resolutionOf = (log: HostLog): Seconds | null => log.said('resolution')[0]?.size ?? null

export const encodeFinding = (finding: Finding, fileNames: readonly string[], at: At) => ({
  name: finding.name,
  severity: finding.severity,
  from: at(finding.from),
  to: at(finding.to),
  what: finding.what,
  measures: finding.measures,
  evidence: finding.evidence.map(each => encodeEvidence(each, fileNames)),
  cost: finding.cost,
  causes: finding.causes,
  remedy: finding.remedy,
  confirm: finding.confirm,
})

const encodeEvidence = ({ text, file, path, line }: Evidence, fileNames: readonly string[]) => ({
  text: printable(text),
  file: path ?? (file === undefined ? null : (fileNames[file] ?? null)),
  line: line ?? null,
})

function encodeSeries(log: HostLog, sourceNames: readonly string[], at: At) {
  const all: Record<string, unknown> = {}
  for (const series of log.samples.values())
    all[series.format] = {
      kind: series.exchanges ? 'exchanges' : 'samples',
      daemon: series.daemon,
      rows: series.rows,
      from: at(series.from),
      to: at(series.to),
      slewedMeanwhile: log.updatesOf(series.daemon)?.slewedFar ?? series.slews.length > 0,
      offset: encodeOffset(series.offset, at),
      sources: series.census.sources().map(({ source, from, to, silentFrom, ...rest }) => ({
        name: printable(sourceNames[source] ?? ''),
        from: at(from),
        to: at(to),
        ...rest,
        silentFrom: rest.longestSilence > 0 ? at(silentFrom) : null,
      })),
    }
  for (const series of log.updates.values())
    all[series.format] = {
      kind: 'updates',
      daemon: series.daemon,
      rows: series.rows,
      from: at(series.from),
      to: at(series.to),
      offset: encodeOffset(series.offset, at),
      frequency: encodeMoments(series.frequency),
    }
  return all
}

const encodeMoments = (of: Moments | Summary) => ({
  mean: of.mean,
  rms: of.rms,
  deviation: of.deviation,
  least: of.least,
  most: of.most,
})

const MOST_WINDOWS = 48

function encodeOffset(offset: OffsetMeasures, at: At) {
  const { whole, sizes, within1ms, within100us, windows } = offset
  const steady = steadyPart(offset)
  const wander = wanderOf(windows)
  return {
    ...encodeMoments(whole),
    size: { p50: sizes.at(0.5), p90: sizes.at(0.9), p95: sizes.at(0.95), p99: sizes.at(0.99) },
    firstBelow1ms: within1ms.first,
    staysBelow1ms: within1ms.lasting,
    firstBelow100us: within100us.first,
    staysBelow100us: within100us.lasting,
    steady: encodeSummary(steady && windows.between(steady.from, steady.to), at),
    windows: windows.all(MOST_WINDOWS).map(each => encodeSummary(each, at)),
    stability: wander
      ? { from: at(wander.from), to: at(wander.to), points: wander.points.map(encodePoint) }
      : null,
  }
}

/** What cannot be told stands there as such. */
const encodePoint = (of: WanderPoint) => ({ ...of, allan: of.allan ?? null, mtie: of.mtie ?? null })

const encodeSummary = (of: Summary | undefined, at: At) =>
  of ? { ...of, from: at(of.from), to: at(of.to) } : null
