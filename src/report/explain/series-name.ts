/**
 * What a series is called where it is shown: its format, and whose measurements are left out of it; where its offsets are
 * shown, also whether they are of the clock at all.
 */
import { SampleSeries, type UpdateSeries } from '#analysis/log/host-log.ts'
import type { Explained } from '#diagnosis/explain.ts'
import { printable } from '../table.ts'

export function seriesName(series: SampleSeries | UpdateSeries, host: Explained): string {
  if (!(series instanceof SampleSeries)) return series.format
  const slewed = host.log.updatesOf(series.daemon)?.slewedFar ?? series.slews.length > 0
  return `${measuredName(series, host)}${slewed ? ' as if all had been slewed' : ''}`
}

export function measuredName({ format, odd, overruled }: SampleSeries, { sourceNames }: Explained): string {
  const name = (source: number) => printable(sourceNames[source] ?? `source ${source}`)
  const left = [
    ...[...odd].map(name),
    ...[...overruled].filter(source => !odd.has(source)).map(source => `${name(source)} while it was wrong`),
  ]
  return left.length > 0 ? `${format} without ${left.join(', ')}` : format
}
