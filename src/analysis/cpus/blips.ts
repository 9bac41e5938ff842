/**
 * Blips: readings that are earlier than the one before. Alike are those of one clock, on one processor, of one size.
 *
 * A clock that goes back when the thread is moved is not one clock: one of the two processors is behind, or the other one
 * was ahead. Which of them is odd says which it was. One that goes back under a thread that stays was set back, or was
 * ahead for a while: then it had jumped by as much before.
 */
import type { CpuClockName, ReadingLoop, Strange } from '#core/guest/cpu-observations.ts'
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'

export interface Blip {
  readonly clock: CpuClockName
  /** Where the wrong readings were made. */
  readonly cpu: number
  /** Positive: they were behind; negative: ahead. The median of those that are alike. */
  readonly size: Seconds
  readonly count: number
  /** From one to the next; undefined for fewer than three, and where our own moves make it. */
  readonly period: Seconds | undefined
}

/** Of one size. */
const ALIKE = 0.1
const ALIKE_SECONDS: Seconds = 1e-6
const ENOUGH_FOR_A_PERIOD = 3

interface Back {
  readonly clock: CpuClockName
  readonly cpu: number
  readonly size: Seconds
  readonly at: Seconds
  readonly moved: boolean
}

/** `odd`: the processors of which it is known. The largest first. */
export function findBlips(loops: readonly ReadingLoop[], odd: ReadonlySet<number>): Blip[] {
  const groups: Back[][] = []
  for (const back of loops.flatMap(loop => backsOf(loop, odd))) {
    const group = groups.find(([first]) => isAlike(first!, back))
    if (group) group.push(back)
    else groups.push([back])
  }
  return groups
    .map(group => ({
      clock: group[0]!.clock,
      cpu: group[0]!.cpu,
      size: upperMedian(group.map(({ size }) => size)),
      count: group.length,
      period: periodOf(group),
    }))
    .sort((a, b) => Math.abs(b.size) - Math.abs(a.size))
}

const backsOf = ({ clock, strange }: ReadingLoop, odd: ReadonlySet<number>): Back[] =>
  strange.flatMap((each, i) => {
    if (each.size >= 0) return []
    const moved = each.before !== each.cpu
    const wasAhead = moved ? odd.has(each.before) && !odd.has(each.cpu) : jumpedBefore(strange, i)
    return [
      {
        clock,
        cpu: wasAhead ? each.before : each.cpu,
        size: wasAhead ? each.size : -each.size,
        at: each.at,
        moved,
      },
    ]
  })

function jumpedBefore(strange: readonly Strange[], i: number): boolean {
  const before = strange[i - 1]
  const back = strange[i]!
  return (
    before !== undefined &&
    before.before === back.cpu &&
    before.cpu === back.cpu &&
    isSameSize(before.size, -back.size)
  )
}

const isAlike = (a: Back, b: Back): boolean =>
  a.clock === b.clock && a.cpu === b.cpu && a.moved === b.moved && isSameSize(a.size, b.size)

const isSameSize = (a: Seconds, b: Seconds): boolean =>
  Math.sign(a) === Math.sign(b) && Math.abs(a - b) <= Math.max(ALIKE_SECONDS, ALIKE * Math.abs(a))

function periodOf(group: readonly Back[]): Seconds | undefined {
  if (group.length < ENOUGH_FOR_A_PERIOD || group[0]!.moved) return undefined
  return upperMedian(group.slice(1).map(({ at }, i) => Math.abs(at - group[i]!.at)))
}
