/**
 * What a series is called where its offsets are shown: its format, whose measurements are left out of it, and whether they
 * are of the clock at all.
 */
import { SampleSeries, type UpdateSeries } from '#analysis/log/host-log.ts'
import type { Explained } from '#diagnosis/explain.ts'
import { printable } from '../table.ts'

export function seriesName(series: SampleSeries | UpdateSeries, { sourceNames, log }: Explained): string {
  if (!(series instanceof SampleSeries)) return series.format
  const left = [...series.odd].map(source => printable(sourceNames[source] ?? `source ${source}`))
  const slewed = log.updatesOf(series.daemon)?.slewedFar ?? series.slews.length > 0
  return [
    series.format,
    ...(left.length > 0 ? [`without ${left.join(', ')}`] : []),
    ...(slewed ? ['as if all had been slewed'] : []),
  ].join(' ')
}
