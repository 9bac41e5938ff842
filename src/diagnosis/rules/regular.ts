/** Disturbances that are alike: the same size, many times. */
import { periodOfSpans } from '#analysis/log/disturbances/by-the-clock.ts'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { putsRight } from '#analysis/log/disturbances/set-right.ts'
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'

const MANY = 4
const NEARLY_ALL = 0.9
/** Of one quantum. */
const SAME = 0.05
const MOST_UNSURE = 0.2
const MOST_MULTIPLE = 8
const LARGE: Seconds = 2

export interface Regular {
  readonly all: readonly Disturbance[]
  readonly size: Seconds
  /** The usual time from one to the next; several in one gap count as such. */
  readonly every: Seconds
  readonly atRoundTimes: boolean
  readonly moved: 'machine' | 'wall clock'
  /** It had lost that much each time, and was right then: nobody takes that back. */
  readonly putsRight: boolean
}

/** The jumps forward that are multiples of one amount, when there are at least four. */
export function regularJumps(disturbances: readonly Disturbance[]): Regular | undefined {
  const ahead = disturbances.filter(({ size, restarted }) => size < 0 && !restarted)
  if (ahead.length < MANY) return undefined
  const { size, all } = quantumOf(ahead)
  if (all.length < MANY || all.length < 0.7 * ahead.length) return undefined
  const gaps = all.slice(1).map((each, i) => (each.from + each.to - all[i]!.from - all[i]!.to) / 2)
  const forward = gaps.filter(gap => gap > 0)
  const machine = all.filter(({ moved }) => moved === 'machine').length
  const wall = all.filter(({ moved }) => moved === 'wall clock').length
  // What comes at round times is a job, whether or not the daemon had taken the last one back by then.
  const timetable = periodOfSpans(all)
  // A program that sets the clock to its own time sets it once; a counter that leaps does so on top of the last leap.
  const addsUp = all.some(({ before }) => before < 0.5 * size)
  return {
    all,
    size,
    every: timetable ?? upperMedian(forward),
    atRoundTimes: timetable !== undefined,
    moved:
      machine > wall || (timetable === undefined && (addsUp || (wall === 0 && -size > LARGE)))
        ? 'machine'
        : 'wall clock',
    putsRight: all.filter(putsRight).length >= NEARLY_ALL * all.length,
  }
}

/** Of what happens at one moment of each period some sources may have seen two at once, or one later than the others. */
const AT_ONCE = 3

/** Whether what only some sources saw is one of them: forward or back, while one of them was due. */
export function isOfRegular({ local, size }: Disturbance, { all, every, size: usual }: Regular): boolean {
  const [first, last] = [all[0]!.local, all.at(-1)!.local]
  if (local.to < first.from || local.from > last.to + every || Math.abs(size / usual) > AT_ONCE) return false
  return all.some(each => {
    const times = Math.max(0, Math.ceil((local.from - each.local.to) / every))
    return each.local.from + times * every <= local.to
  })
}

/** What is far off is printed in few digits. Where more is unsure anything would be a multiple. */
const unsureOf = ({ uncertainty }: Disturbance, size: Seconds): number =>
  Math.min(Math.abs(uncertainty / size), MOST_UNSURE)

/** The largest amount of which nearly all of them are small multiples: the median, or a half, a third … of it. */
function quantumOf(ahead: readonly Disturbance[]): { size: Seconds; all: Disturbance[] } {
  const median = upperMedian(ahead.map(({ size }) => size))
  const trials = Array.from({ length: MOST_MULTIPLE }, (_, i) => {
    const size = median / (i + 1)
    const all = ahead.filter(each => {
      const times = Math.round(each.size / size)
      const off = Math.abs(each.size / size - times)
      const one =
        times === 1 && Math.abs(each.size - size) <= each.uncertainty && each.uncertainty < Math.abs(size)
      return one || (times >= 1 && times <= 2 * MOST_MULTIPLE && off < Math.max(SAME, unsureOf(each, size)))
    })
    return { size, all }
  })
  return trials.find(({ all }) => all.length >= NEARLY_ALL * ahead.length) ?? trials[0]!
}
