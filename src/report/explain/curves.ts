/**
 * The curves of explained hosts, small enough to be mailed: for each bucket of time that has a value, the range in which
 * the values lay. They come from bounded envelopes, so a year takes no more room than a day.
 */

import type { OffsetMeasures } from '#analysis/log/host-log.ts'
import type { Bucket, Envelope } from '#analysis/log/statistics/envelope.ts'
import { steadyPart } from '#analysis/log/statistics/steady.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from '#diagnosis/explain.ts'
import { printable } from '../table.ts'
import { type Happening, happeningsOf } from './happenings.ts'
import { measuredName, seriesName } from './series-name.ts'

export interface Curve {
  /** The format that it was read from. */
  readonly format: string
  /** Seconds since 1970 of the first bucket's start, and how wide a bucket is. */
  readonly origin: number
  readonly width: Seconds
  /** By how many buckets each lies after the one before it. */
  readonly steps: readonly number[]
  readonly low: readonly number[]
  /** From the smallest value to the largest. */
  readonly spread: readonly number[]
  /** Steps longer than this are gaps: nothing is known in between. */
  readonly gap: number
}

export interface HostCurves {
  readonly name: string
  /** Against its sources. */
  readonly measured: Curve | undefined
  /** As the daemon took it. */
  readonly taken: Curve | undefined
  /** How long packets were on their way, where that was logged. */
  readonly delay: Curve | undefined
  /** The correction that was applied. */
  readonly frequency: Curve | undefined
  readonly happenings: readonly Happening[]
  /** Happenings that are not shown. */
  readonly left: number
  readonly steady: Span | undefined
}

export interface Span {
  readonly from: number
  readonly to: number
}

const DAY = 86_400
/** Of a curve of one of all hosts, and of one of very many. */
const MOST_POINTS = 8192
const LEAST_POINTS = 256
/** Digits that are kept: of offsets few are known, of a frequency its last digits are what is looked at. */
const OFFSET_DIGITS = 4
const FREQUENCY_DIGITS = 7
/** A silence of so many usual waits is a gap. */
const SILENT_WAITS = 4

/** Of each host fewer when there are many, so that all of them together stay small. */
export const allCurves = (hosts: readonly Explained[]): HostCurves[][] =>
  hosts.map(host => curvesOf(host, Math.max(LEAST_POINTS, Math.floor(MOST_POINTS / hosts.length))))

function curvesOf(host: Explained, most: number): HostCurves[] {
  const { happenings, left } = happeningsOf(host)
  const base = host.baseDay * DAY
  const several = host.keepers.length > 1
  const curve = (format: string, envelope: Envelope, digits: number) =>
    curveOf(format, envelope, { base, digits, most })
  return host.keepers.map(({ daemon, name }, i) => {
    const updates = host.log.updatesOf(daemon)
    const samples = host.log.bestSamples(daemon)
    const offsets = host.log.ownOffsetOf(daemon)
    // What was measured of a clock that was slewed far is that of another clock.
    const measured = samples === offsets ? samples : undefined
    return {
      name: printable(several ? `${host.name} (${name})` : host.name),
      measured: measured && curve(seriesName(measured, host), measured.offset.envelope, OFFSET_DIGITS),
      taken: updates && curve(updates.format, updates.offset.envelope, OFFSET_DIGITS),
      delay: samples && curve(measuredName(samples, host), samples.delays, OFFSET_DIGITS),
      frequency: updates && curve(updates.format, updates.frequencyEnvelope, FREQUENCY_DIGITS),
      // They are the host's, not a daemon's, and are told once.
      happenings: i > 0 ? [] : happenings.map(each => dated(each, base)),
      left: i > 0 ? 0 : left,
      steady: offsets && steadySpan(offsets.offset, base),
    }
  })
}

const dated = ({ at, truly, ...of }: Happening, base: number): Happening => ({
  ...of,
  at: round(base + at, 3),
  ...(truly !== undefined && { truly: round(base + truly, 3) }),
})

export function curveOf(
  format: string,
  envelope: Envelope,
  { base, digits, most }: { readonly base: number; readonly digits: number; readonly most: number },
): Curve | undefined {
  const buckets = coarser(envelope.buckets(), most)
  const [first] = buckets
  if (!first || buckets.length < 2) return undefined
  const width = first.to - first.from
  const index = ({ from }: Bucket) => Math.round((from - first.from) / width)
  const steps = buckets.map((bucket, i) => (i === 0 ? 0 : index(bucket) - index(buckets[i - 1]!)))
  return {
    format,
    origin: round(base + first.from, 3),
    width,
    steps,
    low: buckets.map(({ min }) => Number(min.toPrecision(digits))),
    spread: buckets.map(({ min, max }) => Number((max - min).toPrecision(3))),
    gap: SILENT_WAITS * usualWait(steps),
  }
}

/** At most so many: neighbours are joined. */
function coarser(buckets: readonly Bucket[], most: number): readonly Bucket[] {
  const [first] = buckets
  const factor = Math.ceil(buckets.length / most)
  if (!first || factor === 1) return buckets
  const width = (first.to - first.from) * factor
  const joined = new Map<number, Bucket>()
  for (const bucket of buckets) {
    const index = Math.floor((bucket.from - first.from) / width + 1e-9)
    const from = first.from + index * width
    const before = joined.get(index) ?? bucket
    joined.set(index, {
      from,
      to: from + width,
      first: before.first,
      last: bucket.last,
      min: Math.min(before.min, bucket.min),
      max: Math.max(before.max, bucket.max),
    })
  }
  return [...joined.values()]
}

/** Of ten waits nine are no longer. */
function usualWait(steps: readonly number[]): number {
  const sorted = steps.slice(1).sort((a, b) => a - b)
  return sorted[Math.floor(0.9 * (sorted.length - 1))] ?? 1
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals))

/** Where each point of a curve lies; NaN values stand in the gaps. */
export function pointsOf({ origin, width, steps, low, spread, gap }: Curve): {
  readonly at: number[]
  readonly least: number[]
  readonly most: number[]
} {
  const at: number[] = []
  const least: number[] = []
  const most: number[] = []
  let index = 0
  for (const [i, step] of steps.entries()) {
    if (step > gap) {
      at.push(origin + (index + step / 2 + 0.5) * width)
      least.push(Number.NaN)
      most.push(Number.NaN)
    }
    index += step
    at.push(origin + (index + 0.5) * width)
    least.push(low[i]!)
    most.push(low[i]! + spread[i]!)
  }
  return { at, least, most }
}

function steadySpan(offsets: OffsetMeasures, base: number): Span | undefined {
  const part = steadyPart(offsets)
  return part && { from: round(base + part.from, 3), to: round(base + part.to, 3) }
}
