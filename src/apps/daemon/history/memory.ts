/** The same history without a disk: the newest records, until the process ends. */
import { earliest, type Instant, latest } from '#core/time/instant.ts'
import type { Bucket, Window } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { HistoryError } from './error.ts'
import type { KeptHistory } from './kept.ts'
import { plottable, SERIES, single, squeeze } from './sums.ts'

/** Some ten megabytes, and two days at four sources. */
const CAPACITY = 20_000

export function memoryHistory(
  options: { readonly capacity?: number; readonly why?: string } = {},
): KeptHistory {
  const capacity = options.capacity ?? CAPACITY
  const ring: TraceRecord[] = []
  let oldest = 0
  let closed = false

  function* kept(): Iterable<TraceRecord> {
    for (let i = 0; i < ring.length; i++) yield ring[(oldest + i) % ring.length]!
  }

  return {
    durable: false,
    loss: {
      name: 'history-in-memory',
      text: `the history is kept in memory and ends with the process: ${options.why ?? 'it was asked for so'}`,
    },
    notices: [],
    append(records) {
      if (closed) throw new HistoryError('closed', 'the history has been closed')
      for (const record of records)
        if (ring.length < capacity) ring.push(record)
        else {
          ring[oldest] = record
          oldest = (oldest + 1) % capacity
        }
    },
    records({ kinds, limit, ...window }) {
      const found = [...kept()].filter(
        ({ at, kind }) => within(at.wall, window) && (kinds === undefined || kinds.includes(kind)),
      )
      return limit === undefined ? found : found.slice(-limit)
    },
    series({ of, source, buckets, ...window }) {
      if (window.from > window.to) return []
      const { kind, field } = SERIES[of]
      const values: Bucket[] = []
      for (const record of kept()) {
        if (record.kind !== kind || !within(record.at.wall, window)) continue
        if (record.kind === 'sample' && source !== undefined && record.source !== source) continue
        const value = plottable((record as unknown as Readonly<Record<string, unknown>>)[field])
        if (value !== undefined) values.push(single(record.at.wall, value))
      }
      return squeeze(values, window, buckets)
    },
    extent() {
      const walls = [...kept()].map(({ at }) => at.wall)
      return walls.length === 0 ? undefined : { from: walls.reduce(earliest), to: walls.reduce(latest) }
    },
    damaged: () => 0,
    close() {
      closed = true
    },
  }
}

const within = (at: Instant, { from, to }: Window): boolean => at >= from && at <= to
