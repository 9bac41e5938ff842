/**
 * Minimum, maximum, last value and count: what is left of many values when they are drawn as one point, or kept as
 * one row. Merging is associative, so minutes make hours and hours make plots, and a spike of one sample survives
 * each of them. A value that is unknown or not finite is no value: it is never drawn as zero.
 */
import { instant } from '#core/time/instant.ts'
import type { Bucket, SeriesName, Window } from '#core/trace/history.ts'
import { decodeNumber } from './codec.ts'

export interface SeriesField {
  readonly kind: 'sample' | 'estimate'
  readonly field: string
  /** Its place in a row of sums. */
  readonly index: number
}

export const SERIES: Readonly<Record<SeriesName, SeriesField>> = {
  'estimate.offset': { kind: 'estimate', field: 'offset', index: 0 },
  'estimate.errorBound': { kind: 'estimate', field: 'errorBound', index: 1 },
  'estimate.frequencyError': { kind: 'estimate', field: 'frequencyError', index: 2 },
  'estimate.frequencyErrorBound': { kind: 'estimate', field: 'frequencyErrorBound', index: 3 },
  'sample.offset': { kind: 'sample', field: 'offset', index: 0 },
  'sample.delay': { kind: 'sample', field: 'delay', index: 1 },
  'sample.rootDistance': { kind: 'sample', field: 'rootDistance', index: 2 },
  'sample.poll': { kind: 'sample', field: 'poll', index: 3 },
}
const OF_KIND = { sample: seriesOf('sample'), estimate: seriesOf('estimate') }

function seriesOf(kind: SeriesField['kind']): readonly SeriesField[] {
  return Object.values(SERIES).filter(series => series.kind === kind)
}

/** The value that a plot may show, from the fields of a record as they stand in memory or on disk. */
export function plottable(field: unknown): number | undefined {
  const value = decodeNumber(field)
  // -0 and 0 are one place on an axis, and JSON knows only one of them.
  return value === undefined || !Number.isFinite(value) ? undefined : value + 0
}

export const single = (at: bigint, value: number): Bucket => ({
  first: instant(at),
  at: instant(at),
  min: value,
  max: value,
  last: value,
  count: 1,
})

export const merge = (earlier: Bucket, later: Bucket): Bucket => ({
  first: earlier.first,
  at: later.at,
  min: Math.min(earlier.min, later.min),
  max: Math.max(earlier.max, later.max),
  last: later.last,
  count: earlier.count + later.count,
})

/**
 * Items in order of arrival become at most `buckets` points in order of arrival. The window is cut into equal slots,
 * and neighbours in the same slot are one point. When the wall clock went back, a slot is visited twice and gives two
 * points; should that make too many, neighbours are merged across the break until they fit.
 */
export function squeeze(items: Iterable<Bucket>, window: Window, buckets: number): Bucket[] {
  const span = window.to - window.from + 1n
  const slots = BigInt(buckets)
  const points: Bucket[] = []
  let open: bigint | undefined
  for (const item of items) {
    const slot = ((clamp(item.at, window) - window.from) * slots) / span
    if (slot === open) points.push(merge(points.pop()!, item))
    else points.push(item)
    open = slot
  }
  if (points.length <= buckets) return points
  const together = Math.ceil(points.length / buckets)
  return Array.from({ length: Math.ceil(points.length / together) }, (_, i) =>
    points.slice(i * together, (i + 1) * together).reduce(merge),
  )
}

const clamp = (at: bigint, { from, to }: Window): bigint => (at < from ? from : at > to ? to : at)

/** The sums of one minute or one hour: for the estimate (`null`) and for each source, one bucket per series. */
export type Sums = Map<string | null, (Bucket | undefined)[]>

export function addToSums(
  sums: Sums,
  kind: 'sample' | 'estimate',
  fields: Readonly<Record<string, unknown>>,
  at: bigint,
): void {
  const into = line(sums, kind === 'sample' ? String(fields.source) : null)
  for (const { field, index } of OF_KIND[kind]) {
    const value = plottable(fields[field])
    if (value !== undefined) join(into, index, single(at, value))
  }
}

export function mergeSums(into: Sums, later: Sums): void {
  for (const [source, buckets] of later) {
    const known = line(into, source)
    buckets.forEach((bucket, index) => {
      if (bucket) join(known, index, bucket)
    })
  }
}

function line(sums: Sums, source: string | null): (Bucket | undefined)[] {
  let known = sums.get(source)
  if (!known) {
    known = []
    sums.set(source, known)
  }
  return known
}

function join(line: (Bucket | undefined)[], index: number, later: Bucket): void {
  const earlier = line[index]
  line[index] = earlier ? merge(earlier, later) : later
}

/**
 * As JSON, short because there are many: one line per source, `[name, ns after base, count, value, value, value]`, in
 * which a value is a number, or `[last, min, max]`, or with its own count and time when those differ, or null.
 */
export function encodeSums(sums: Sums, base: bigint): string {
  const lines = [...sums].flatMap(([source, buckets]) => {
    const first = buckets.find(bucket => bucket !== undefined)
    if (!first) return []
    const values = OF_KIND.sample.map(({ index }) => encodeValue(buckets[index], first, base))
    return [[source, Number(first.at - base), first.count, ...values]]
  })
  return JSON.stringify(lines)
}

function encodeValue(bucket: Bucket | undefined, first: Bucket, base: bigint): unknown {
  if (!bucket) return null
  const { at, min, max, last, count } = bucket
  if (at !== first.at || count !== first.count) return [last, min, max, count, Number(at - base)]
  return min === max ? last : [last, min, max]
}

type Line = [source: string | null, ns: number, count: number, ...values: unknown[]]

export function decodeSums(text: string, base: bigint): Sums {
  const lines = JSON.parse(text) as Line[]
  return new Map(
    lines.map(([source, ns, count, ...values]) => [
      source,
      values.map(value => decodeValue(value, base, ns, count)),
    ]),
  )
}

/** One series out of encoded sums: of one source, or of each when none is named. */
export function pickSeries(
  text: string,
  base: bigint,
  { kind, index }: SeriesField,
  source: string | undefined,
): Bucket[] {
  const found: Bucket[] = []
  for (const [name, ns, count, ...values] of JSON.parse(text) as Line[]) {
    const wanted = kind === 'estimate' ? name === null : name !== null && (source ?? name) === name
    const bucket = wanted ? decodeValue(values[index], base, ns, count) : undefined
    if (bucket) found.push(bucket)
  }
  return found
}

function decodeValue(value: unknown, base: bigint, ns: number, count: number): Bucket | undefined {
  if (value === null || value === undefined) return undefined
  const [last, min, max, ownCount, ownNs] =
    typeof value === 'number' ? [value, value, value] : (value as number[])
  return {
    first: instant(base),
    at: instant(base + BigInt(ownNs ?? ns)),
    min: min!,
    max: max!,
    last: last!,
    count: ownCount ?? count,
  }
}
