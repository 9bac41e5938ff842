/**
 * How steady the offset of a log was, by averaging time: Allan, modified Allan and time deviation, and MTIE. Logs have no
 * even steps, so means over windows stand for them, in the longest stretch without an empty one; what is shorter than a
 * window is averaged away. It is the disciplined clock that is judged, with the noise of its sources, not its oscillator.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import { allanDeviation, modifiedAllanDeviation, mtie, type Phase, timeDeviation } from '../stability.ts'
import type { Summary, Windows } from './windows.ts'

const FINEST = 1024
const COARSEST = 32
/** Of the whole run: less is no stretch to judge it by. */
const WORTH = 0.5
const FEWEST = 16

export interface Wander {
  readonly from: Seconds
  readonly to: Seconds
  readonly points: readonly WanderPoint[]
}

export interface WanderPoint {
  readonly time: Seconds
  readonly allan: Rate
  readonly modifiedAllan: Rate
  readonly timeDeviation: Seconds
  readonly mtie: Seconds
  /**
   * By what share of themselves the deviations may be off, one sigma: one over the root of how many averages of this length
   * there are (NIST Special Publication 1065, 5.3.1). It asks for no kind of noise, and so is rough. MTIE has none: it
   * is the largest that was seen.
   */
  readonly uncertainty: number
}

/** Undefined when there is no stretch that is long and dense enough. */
export function wanderOf(windows: Windows): Wander | undefined {
  for (let most = FINEST; most >= COARSEST; most /= 2) {
    const all = windows.all(most)
    const [first, last] = [all[0], all.at(-1)]
    if (!first || !last) return undefined
    const stretch = longestStretch(all)
    const [from, to] = [stretch[0]!.from, stretch.at(-1)!.to]
    if (stretch.length >= FEWEST && to - from >= WORTH * (last.to - first.from))
      return { from, to, points: pointsOf(stretch) }
  }
  return undefined
}

function longestStretch(all: readonly Summary[]): readonly Summary[] {
  let best: Summary[] = []
  let now: Summary[] = []
  for (const each of all) {
    const before = now.at(-1)
    const goesOn = before && Math.abs(each.from - before.to) < 1e-6 * (each.to - each.from)
    if (!goesOn) now = []
    now.push(each)
    if (now.length > best.length) best = now
  }
  return best
}

function pointsOf(stretch: readonly Summary[]): WanderPoint[] {
  const step = stretch[0]!.to - stretch[0]!.from
  // Only differences of differences count, so that the sign of an offset does not matter.
  const phase: Phase = { error: Float64Array.from(stretch, ({ mean }) => mean), step }
  const points: WanderPoint[] = []
  for (let m = 1; 3 * m < stretch.length; m *= 2) {
    const time = m * step
    const modifiedAllan = modifiedAllanDeviation(phase, m)
    points.push({
      time,
      allan: allanDeviation(phase, m),
      modifiedAllan,
      timeDeviation: timeDeviation(modifiedAllan, time),
      mtie: mtie(phase, m),
      uncertainty: 1 / Math.sqrt(Math.floor((stretch.length - 1) / m)),
    })
  }
  return points
}
