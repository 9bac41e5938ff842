/** Disturbances that are alike: the same size, many times. */
import type { Disturbance } from '#analysis/log/disturbances.ts'
import type { Seconds } from '#core/time/units.ts'

const MANY = 4
const SAME = 0.03
const LARGE: Seconds = 2

export interface Regular {
  readonly all: readonly Disturbance[]
  readonly size: Seconds
  /** The usual time from one to the next; several in one gap count as such. */
  readonly every: Seconds
  readonly moved: 'machine' | 'wall clock'
}

/** The jumps forward that are multiples of one amount, when there are at least four. */
export function regularJumps(disturbances: readonly Disturbance[]): Regular | undefined {
  const ahead = disturbances.filter(({ size, restarted }) => size < 0 && !restarted)
  if (ahead.length < MANY) return undefined
  const sizes = ahead.map(({ size }) => size).sort((a, b) => a - b)
  const size = sizes[sizes.length >> 1]!
  const all = ahead.filter(each => {
    const times = Math.round(each.size / size)
    return times >= 1 && Math.abs(each.size / size - times) < SAME * times
  })
  if (all.length < MANY || all.length < 0.7 * ahead.length) return undefined
  const gaps = all.slice(1).map((each, i) => (each.from + each.to - all[i]!.from - all[i]!.to) / 2)
  const forward = gaps.filter(gap => gap > 0).sort((a, b) => a - b)
  const machine = all.filter(({ moved }) => moved === 'machine').length
  const wall = all.filter(({ moved }) => moved === 'wall clock').length
  // A program that sets the clock to its own time sets it once; a counter that leaps does so on top of the last leap.
  const addsUp = all.some(({ before }) => before < 0.5 * size)
  return {
    all,
    size,
    every: forward[forward.length >> 1] ?? Number.NaN,
    moved: addsUp || machine > wall || (wall === 0 && -size > LARGE) ? 'machine' : 'wall clock',
  }
}
