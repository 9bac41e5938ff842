/**
 * What no other rule tells: that the clock was seconds off, against the sources that agree, for long or where the log ends.
 * An excerpt of some minutes may show no more than that; whatever the reason, such a clock is not good.
 */
import type { Bucket } from '#analysis/log/statistics/envelope.ts'
import { signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '../finding.ts'
import { stepAfterJumps } from '../remedies.ts'
import type { Subject } from '../subject.ts'

const FAR: Seconds = 1
const LONG: Seconds = 1800

/** For a host of which nothing else is wrong. */
export function leftWrong({ log, keeper, when }: Subject): Finding | undefined {
  const series = log.ownOffsetOf(keeper.daemon)
  const buckets = series?.offset.envelope.buckets() ?? []
  const runs = farRunsOf(buckets)
  const far = runs.filter(run => run.at(-1) === buckets.at(-1) || lengthOf(run) >= LONG)
  const last = far.at(-1)?.at(-1)
  if (!series || !last) return undefined
  const atTheEnd = last === buckets.at(-1)
  const [from, to] = [Math.max(far[0]![0]!.from, series.from), Math.min(last.to, series.to)]
  const size = last.last
  return {
    name: 'offset-large-now',
    severity: 'critical',
    from,
    to,
    what: atTheEnd
      ? `Where these logs end, at ${when(to)}, the clock was off by ${signed(size)}.`
      : `The clock was seconds off from ${when(from)} to ${when(to)}, at last by ${signed(size)}.`,
    measures: { size },
    evidence: [{ text: `${when(to)}  offset ${signed(size)}` }],
    cost: 'All that this machine stamps is wrong by that until it is corrected.',
    causes: [
      {
        what: 'the machine stood still, or somebody set its clock, before these logs begin',
        why: 'they do not show how it came about',
      },
      { what: 'the source that was heard is wrong', why: 'if there is one only' },
    ],
    remedy: stepAfterJumps(keeper),
    confirm: 'The logs of the hours before; `clockwright query` with other servers.',
  }
}

/** Where another source finds the clock right in between, it is. */
function farRunsOf(buckets: readonly Bucket[]): Bucket[][] {
  const runs: Bucket[][] = []
  for (const [i, bucket] of buckets.entries()) {
    if (!isFar(bucket)) continue
    if (i > 0 && isFar(buckets[i - 1]!)) runs.at(-1)!.push(bucket)
    else runs.push([bucket])
  }
  return runs
}

/** Between two of them the machine may have slept. */
const lengthOf = (run: readonly Bucket[]): Seconds => run.reduce((sum, { from, to }) => sum + to - from, 0)

/** All that was measured meanwhile, to one side. */
const isFar = ({ min, max }: Bucket): boolean => min > FAR || max < -FAR
