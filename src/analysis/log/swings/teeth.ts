/**
 * Whether what swings is a saw: all its sudden changes go to one side, and what they did is slewed away until the next one. A loop that
 * corrects too much comes and goes alike.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Correction } from '../corrections/corrections.ts'
import type { Bucket } from '../statistics/envelope.ts'
import type { Swing } from './swings.ts'

/** Of the changes from one measurement to the next, against their RMS: of a loop that swings it was 0.6. */
const SKEWED = 2
const SUDDEN = 2.5
/** For each swing to that side: one jump alone makes no saw. */
const EACH = 0.5

export interface Teeth {
  /** What is seen of one in the middle. Positive: the clock lost that. */
  readonly size: Seconds
  readonly count: number
}

/** `own`: what its daemon set is none. */
export function teethOf(
  buckets: readonly Bucket[],
  swings: readonly Swing[],
  own: readonly Correction[],
): Teeth | undefined {
  const [first, last] = [swings[0]!.at, swings.at(-1)!.at]
  const meanwhile = buckets.filter(({ from, to }) => to > first && from < last)
  const changes = meanwhile.flatMap((bucket, i) => {
    const before = meanwhile[i - 1]
    const set = own.some(({ at }) => at >= (before ?? bucket).from && at <= bucket.to)
    return set ? [] : [bucket.first - (before?.last ?? bucket.first), bucket.last - bucket.first]
  })
  const rms = Math.sqrt(meanOf(changes.map(change => change ** 2)))
  const skew = meanOf(changes.map(change => (change / rms) ** 3))
  if (!(Math.abs(skew) > SKEWED)) return undefined
  const sudden = changes.filter(change => Math.sign(skew) * change > SUDDEN * rms)
  const raised = swings.filter(({ peak }) => peak * skew > 0).length
  return sudden.length >= EACH * raised ? { size: upperMedian(sudden), count: sudden.length } : undefined
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
