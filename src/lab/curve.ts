/** The course of a run, thinned out for pictures: of each stretch of time the least and the largest offset. */
import type { Seconds } from '#core/time/units.ts'
import type { Played } from './play.ts'
import type { Step } from './run.ts'
import type { Mark } from './scenario/world.ts'
import { secondsOf, WHOLE, type Window } from './window.ts'

export interface Curve {
  readonly duration: Seconds
  /** The middle of each stretch. */
  readonly at: Float64Array
  /** True time minus the clock: positive when the clock is behind. NaN where the guest did not run at all. */
  readonly least: Float64Array
  readonly most: Float64Array
  /** What the daemon said of it last in the stretch, and within what bound; NaN where it said nothing. */
  readonly believed: Float64Array
  readonly bound: Float64Array
  readonly steps: readonly Step[]
  readonly exit: { readonly at: Seconds; readonly why: string } | undefined
  readonly marks: readonly Mark[]
}

/** Of the part of a run that is to be seen, as far as it has been played. */
export function curveOf({ run, marks }: Pick<Played, 'run' | 'marks'>, window: Window = WHOLE): Curve {
  const { offsets, beliefs, bounds, breaks } = run
  const [first, end] = secondsOf(window, offsets.length)
  const count = Math.min(window.stretches, end - first)
  const series = () => new Float64Array(count).fill(Number.NaN)
  const [at, least, most, believed, bound] = [series(), series(), series(), series(), series()]
  let next = breaks.findIndex(({ at }) => at >= first)
  for (let i = 0; i < count; i++) {
    const from = first + Math.floor((i * (end - first)) / count)
    const to = first + Math.floor(((i + 1) * (end - first)) / count)
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const show = (offset: Seconds) => {
      if (offset < low) low = offset
      if (offset > high) high = offset
    }
    for (let second = from; second < to; second++) show(offsets[second]!)
    for (; next >= 0 && next < breaks.length && breaks[next]!.at < to; next++) {
      show(breaks[next]!.before)
      show(breaks[next]!.after)
    }
    at[i] = (from + to - 1) / 2
    if (low <= high) {
      least[i] = low
      most[i] = high
    }
    const said = beliefs ? lastSaid(beliefs, from, to) : from
    believed[i] = beliefs?.[said] ?? Number.NaN
    bound[i] = bounds?.[said] ?? Number.NaN
  }
  const happened = happenedWithin({ ...run, marks }, window.from, window.to)
  return { duration: offsets.length - 1, at, least, most, believed, bound, ...happened }
}

/** The last second in which anything was said, or the first one of all. */
function lastSaid(beliefs: Float64Array, from: number, to: number): number {
  let second = to - 1
  while (second > from && Number.isNaN(beliefs[second]!)) second--
  return second
}

/** The part of it from one moment to another. */
export function partOf(curve: Curve, from: Seconds, to: Seconds): Curve {
  const first = curve.at.findIndex(at => at >= from)
  const beyond = curve.at.findIndex(at => at > to)
  const cut = (series: Float64Array) =>
    series.slice(first < 0 ? series.length : first, beyond < 0 ? series.length : beyond)
  return {
    ...curve,
    at: cut(curve.at),
    least: cut(curve.least),
    most: cut(curve.most),
    believed: cut(curve.believed),
    bound: cut(curve.bound),
    ...happenedWithin(curve, from, to),
  }
}

type Happened = Pick<Curve, 'steps' | 'marks' | 'exit'>

function happenedWithin({ steps, marks, exit }: Happened, from: Seconds, to: Seconds): Happened {
  const inside = ({ at }: { readonly at: Seconds }) => at >= from && at <= to
  return {
    steps: steps.filter(inside),
    marks: marks.filter(({ at, until = at }) => at <= to && until >= from),
    exit: exit && inside(exit) ? exit : undefined,
  }
}
