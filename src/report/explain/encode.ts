/**
 * What `clockwright analyze --json` says, in the shape that docs/reference/explain-json.md describes. Instants are bigints
 * here and decimal strings in the text; what is not known is null.
 */
import type { HostLog, OffsetMeasures } from '#analysis/log/host-log.ts'
import type { Moments } from '#analysis/log/moments.ts'
import type { Instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { Evidence, Finding } from '#diagnosis/finding.ts'
import { instantAt } from '#diagnosis/subject.ts'
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
    findings: host.findings.map(finding => encodeFinding(finding, fileNames, at)),
  }
}

type At = (time: Seconds | undefined) => Instant | null

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

const encodeEvidence = ({ text, file, line }: Evidence, fileNames: readonly string[]) => ({
  text: printable(text),
  file: file === undefined ? null : (fileNames[file] ?? null),
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
      offset: encodeOffset(series.offset),
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
      offset: encodeOffset(series.offset),
      frequency: encodeMoments(series.frequency),
    }
  return all
}

const encodeMoments = (of: Moments) => ({
  mean: of.mean,
  rms: of.rms,
  deviation: of.deviation,
  least: of.min,
  most: of.max,
})

const encodeOffset = ({ moments, sizes, within1ms, within100us }: OffsetMeasures) => ({
  ...encodeMoments(moments),
  size: { p50: sizes.at(0.5), p90: sizes.at(0.9), p95: sizes.at(0.95), p99: sizes.at(0.99) },
  firstBelow1ms: within1ms.first,
  staysBelow1ms: within1ms.lasting,
  firstBelow100us: within100us.first,
  staysBelow100us: within100us.lasting,
})
