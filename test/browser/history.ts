/** A history in memory, for tests: arrays, scanned. Buckets are runs in order of arrival, so a clock set back opens new ones. */
import type { Instant } from '#core/time/instant.ts'
import type { Bucket, History, SeriesName, Window } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'

export function memoryHistory(): History {
  const records: TraceRecord[] = []
  let extent: Window | undefined
  return {
    append(added) {
      for (const record of added) {
        const { wall } = record.at
        records.push(record)
        extent = extent
          ? { from: wall < extent.from ? wall : extent.from, to: wall > extent.to ? wall : extent.to }
          : { from: wall, to: wall }
      }
    },
    records({ from, to, kinds, limit = Number.POSITIVE_INFINITY }) {
      const found: TraceRecord[] = []
      for (let i = records.length - 1; i >= 0 && found.length < limit; i--) {
        const record = records[i]!
        if (record.at.wall < from || record.at.wall > to) continue
        if (!kinds || kinds.includes(record.kind)) found.push(record)
      }
      return found.reverse()
    },
    series({ from, to, of, source, buckets }) {
      const width = (to - from) / BigInt(buckets) + 1n
      const found: Bucket[] = []
      let last: bigint | undefined
      for (const record of records) {
        if (record.at.wall < from || record.at.wall > to) continue
        const value = fieldOf(record, of, source)
        if (value === undefined) continue
        const index = (record.at.wall - from) / width
        if (index === last) found.push(widen(found.pop()!, record.at.wall, value))
        else
          found.push({
            first: record.at.wall,
            at: record.at.wall,
            min: value,
            max: value,
            last: value,
            count: 1,
          })
        last = index
      }
      return found
    },
    extent: () => extent,
    close() {},
  }
}

const widen = (bucket: Bucket, at: Instant, value: number): Bucket => ({
  first: bucket.first,
  at,
  min: Math.min(bucket.min, value),
  max: Math.max(bucket.max, value),
  last: value,
  count: bucket.count + 1,
})

function fieldOf(record: TraceRecord, of: SeriesName, source: string | undefined): number | undefined {
  if (record.kind === 'estimate' && of.startsWith('estimate.'))
    return record[
      of.slice('estimate.'.length) as 'offset' | 'errorBound' | 'frequencyError' | 'frequencyErrorBound'
    ]
  if (
    record.kind === 'sample' &&
    of.startsWith('sample.') &&
    (source === undefined || source === record.source)
  )
    return record[of.slice('sample.'.length) as 'offset' | 'delay' | 'rootDistance' | 'poll']
  return undefined
}
