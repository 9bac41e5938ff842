/**
 * What happened to the guest of a recording. Where offsets jump and further exchanges agree, it was paused (it is behind), or
 * somebody has set its clock (ahead). What the daemon corrects itself must not count: chronyd measures against the time that it
 * believes, and logs each correction of that, so they are added up again; of ntpd's clock only jumps away from zero count.
 */
import { duration, signed } from '#core/time/format.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { median } from '../score.ts'
import { between, KEPT, type Moment } from './moments.ts'
import type { Observed } from './story.ts'

/** What jumps less is noise. */
const LEAST_JUMP: Seconds = 0.02
const NOISE_FACTOR = 10
/** How far offsets may come apart by themselves: of a clock that is kept, and of one that is being put right. */
const KEPT_DRIFT: Rate = 100e-6
const SLEWED_DRIFT: Rate = 700e-6
/** So many further exchanges must agree with a jump. */
const WITNESSES = 2

/** Somebody has done it, while the daemon was slewing, or not. */
interface SetClock {
  readonly at: Seconds
  readonly by: Seconds
  readonly slewing?: boolean
}

export interface Disturbances {
  readonly pauses: Observed['pauses']
  readonly steps: readonly SetClock[]
}

/** `isSummed`: the corrections of chronyd are known. */
export function disturbancesIn(
  moments: readonly Moment[],
  events: readonly LogEvent[],
  isSummed: boolean,
): Disturbances {
  const pauses: { at: Seconds; length: Seconds }[] = []
  const steps: SetClock[] = []
  const least = Math.max(LEAST_JUMP, NOISE_FACTOR * noiseOf(moments))
  for (const [i, after] of moments.entries()) {
    const before = moments[i - 1]
    const further = moments.slice(i + 1, i + 1 + WITNESSES)
    if (!before || further.length < WITNESSES) continue
    const jump = between(before, after)
    const apart = Math.abs(after.at - before.at - Math.max(0, jump))
    const kept = isSummed || Math.abs(before.offset) < KEPT
    if (Math.abs(jump) < least + (kept ? KEPT_DRIFT : SLEWED_DRIFT) * apart) continue
    const away = Math.abs(after.offset) > Math.abs(before.offset) + least
    // A daemon may be at work already.
    const agree = further.every(each => Math.abs(between(before, each)) > Math.abs(jump) / 2)
    if (!agree || !(away || isSummed)) continue
    const noticed = noticedBetween(before, after, events)
    if (noticed) steps.push({ at: (before.at + after.at) / 2, ...setBy(jump, after, noticed) })
    else if (jump > 0) pauses.push({ at: (before.at + after.at - jump) / 2, length: jump })
    else steps.push({ at: (before.at + after.at) / 2, by: -jump })
  }
  return { pauses, steps }
}

/** chronyd tells a clock that was set by much from one that stood. */
function noticedBetween(before: Moment, after: Moment, events: readonly LogEvent[]): LogEvent | undefined {
  return events.find(
    ({ at }) =>
      at >= Math.min(before.clock, after.clock) - 1 && at <= Math.max(before.clock, after.clock) + 1,
  )
}

/**
 * By how much somebody set the clock, when it fell behind by this much. chronyd notices, and forgets what it had still to slew: so
 * much less than when it last told as it has slewed until then. What it writes down has the time that it believes; by the clock
 * that was set, that is wrong by what it measures next.
 */
function setBy(jump: Seconds, after: Moment, noticed: LogEvent): Omit<SetClock, 'at'> {
  const { left, at, pace } = after.last ?? { left: 0, at: 0, pace: 0 }
  if (Math.abs(left) < KEPT) return { by: left - jump }
  const still = left + pace * Math.max(0, noticed.at + after.offset - at)
  return { by: (still * left > 0 ? still : 0) - jump, slewing: true }
}

export const saySetWhileSlewing = ({ at, by }: SetClock): string =>
  `somebody set the clock by ${signed(by)} after ${duration(at)}, while chronyd was slewing: by how much is computed from the pace at which it did, and rough`

/** How far two exchanges that follow each other usually differ. */
function noiseOf(moments: readonly Moment[]): Seconds {
  return median(moments.slice(1).map(({ offset }, i) => Math.abs(offset - moments[i]!.offset)))
}
