/**
 * How steady the offset of a log was, by averaging time: Allan, modified Allan and time deviation, and MTIE, in the longest stretch
 * without an empty window. The modified deviation, and that of time by it, are of means by definition: means over windows
 * stand for those over even steps. Allan's is of the time error at even steps, and there a mean would hide what a single measurement
 * scatters by: it is taken from the first one of each window. MTIE is of all that were measured. Where rows come so unevenly that these
 * are no even steps, neither is told. It is the disciplined clock that is judged, with the noise of its sources, not its oscillator.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import {
  allanDeviation,
  type Extent,
  modifiedAllanDeviation,
  mtie,
  type Phase,
  timeDeviation,
} from '../../stability.ts'
import type { Begun, Windows } from './windows.ts'

const FINEST = 1024
const COARSEST = 32
/** Of the whole run: less is no stretch to judge it by. */
const WORTH = 0.5
const FEWEST = 16
/** Of the averaging time: by what its ends may be from where they should be. */
const UNEVEN = 0.25

export interface Wander {
  readonly from: Seconds
  readonly to: Seconds
  readonly points: readonly WanderPoint[]
}

export interface WanderPoint {
  readonly time: Seconds
  /** Undefined, as is MTIE, where the rows came too unevenly for so short a time. */
  readonly allan: Rate | undefined
  readonly modifiedAllan: Rate
  readonly timeDeviation: Seconds
  readonly mtie: Seconds | undefined
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
    const all = windows.begun(most)
    const [first, last] = [all[0], all.at(-1)]
    if (!first || !last) return undefined
    const stretch = longestStretch(all)
    const [from, to] = [stretch[0]!.from, stretch.at(-1)!.to]
    if (stretch.length >= FEWEST && to - from >= WORTH * (last.to - first.from))
      return { from, to, points: pointsOf(stretch) }
  }
  return undefined
}

function longestStretch(all: readonly Begun[]): readonly Begun[] {
  let best: Begun[] = []
  let now: Begun[] = []
  for (const each of all) {
    const before = now.at(-1)
    const goesOn = before && Math.abs(each.from - before.to) < 1e-6 * (each.to - each.from)
    if (!goesOn) now = []
    now.push(each)
    if (now.length > best.length) best = now
  }
  return best
}

function pointsOf(stretch: readonly Begun[]): WanderPoint[] {
  const step = stretch[0]!.to - stretch[0]!.from
  // Only differences of differences count, so that the sign of an offset does not matter.
  const phase: Phase = { error: Float64Array.from(stretch, ({ mean }) => mean), step }
  const samples: Phase = { error: begins(stretch), step }
  const extent: Extent = {
    begins: Float64Array.from(stretch, ({ first }) => first),
    least: Float64Array.from(stretch, ({ least }) => least),
    most: Float64Array.from(stretch, ({ most }) => most),
  }
  const late = stretch.map(({ from, firstAt }) => firstAt - from)
  const unevenness = Math.max(...late) - Math.min(...late)
  const points: WanderPoint[] = []
  for (let m = 1; 3 * m < stretch.length; m *= 2) {
    const time = m * step
    const even = unevenness <= UNEVEN * time
    const modifiedAllan = modifiedAllanDeviation(phase, m)
    points.push({
      time,
      allan: even ? allanDeviation(samples, m) : undefined,
      modifiedAllan,
      timeDeviation: timeDeviation(modifiedAllan, time),
      mtie: even ? mtie(extent, m) : undefined,
      uncertainty: 1 / Math.sqrt(Math.floor((stretch.length - 1) / m)),
    })
  }
  return points
}

/**
 * The time error at the beginning of each window, nearly: what is measured a little later is later by so much of the mean rate, too. No
 * steady rate matters to these deviations.
 */
function begins(stretch: readonly Begun[]): Float64Array {
  const [a, b] = [stretch[0]!, stretch.at(-1)!]
  const rate = (b.first - a.first) / (b.firstAt - a.firstAt)
  return Float64Array.from(stretch, ({ first, firstAt }) => first - rate * (firstAt - a.firstAt))
}
