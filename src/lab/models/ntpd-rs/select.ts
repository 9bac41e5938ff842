/** Which sources ntpd-rs follows (algorithm/kalman/select.rs): those whose ranges meet where most do. */
import type { Seconds } from '#core/time/units.ts'

export interface Range {
  readonly low: Seconds
  readonly high: Seconds
}

/** Half of the width of a range counts deviations, and a part of the delay. */
export const DEVIATIONS = 2
export const DELAY_PART = 0.25
/** Wider ranges say nothing. */
export const WIDEST: Seconds = 0.25

export function selectAgreeing<Candidate extends Range>(
  candidates: readonly Candidate[],
  atLeast: number,
): readonly Candidate[] {
  const known = candidates.filter(({ low, high }) => high - low <= 2 * WIDEST)
  let best: readonly Candidate[] = []
  for (const { low } of known) {
    const meeting = known.filter(each => each.low <= low && each.high >= low)
    if (meeting.length > best.length) best = meeting
  }
  return best.length >= atLeast && 2 * best.length > known.length ? best : []
}
