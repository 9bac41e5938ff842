/** What a series is called where its offsets are shown: its format, and whose measurements are left out of it. */
import { SampleSeries, type UpdateSeries } from '#analysis/log/host-log.ts'
import type { Explained } from '#diagnosis/explain.ts'
import { printable } from '../table.ts'

export function seriesName(series: SampleSeries | UpdateSeries, { sourceNames }: Explained): string {
  const odd = series instanceof SampleSeries ? [...series.odd] : []
  if (odd.length === 0) return series.format
  return `${series.format} without ${odd.map(source => printable(sourceNames[source] ?? `source ${source}`)).join(', ')}`
}
