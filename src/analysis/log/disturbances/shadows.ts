/**
 * What looks like the jump of one source and is the clock's: what was seen of its jump by who was asked in that very second, what is
 * small in its wake, the way of a clock that runs so fast that each source finds it elsewhere, and what a filter shows late.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Bucket } from '../statistics/envelope.ts'
import type { Disturbance } from './disturbance.ts'
import { WAKE, WAKE_TIME } from './wake.ts'

/** Of the clock's jump, a little more than it. */
const NO_MORE = 1.1
/** In this time most sources have been asked, and those that stayed where they were show. */
const SOON: Seconds = 600
const FEWEST = 3
/** Of the jump. */
const MOVED = 0.3

interface Around {
  /** Against all sources that agree. */
  readonly offsets: () => readonly Bucket[]
  /** Another source shows later that only this one moved. */
  readonly alone: (each: Disturbance) => boolean
  /** A filter showed some polls later what the others had shown. */
  readonly late: (each: Disturbance) => boolean
}

export function withoutShadows(
  sources: readonly Disturbance[],
  clock: readonly Disturbance[],
  { offsets, alone, late }: Around,
): Disturbance[] {
  if (sources.length === 0) return []
  const buckets = offsets()
  const together = (each: Disturbance) => allMoved(each, buckets) || late(each)
  return sources.filter(each => !clock.some(of => isShadow(each, of)) && (!together(each) || alone(each)))
}

function isShadow(each: Disturbance, of: Disturbance): boolean {
  const [size, most] = [Math.abs(each.size), Math.abs(of.size)]
  const { from, to } = each.local
  const meets = from <= of.local.to && to >= of.local.from
  const follows = from >= of.local.from && from < of.local.to + most + WAKE_TIME
  return (meets && size < NO_MORE * most) || (follows && size < WAKE * most)
}

/** Nobody found the clock where it was before. */
function allMoved({ before, size, local }: Disturbance, buckets: readonly Bucket[]): boolean {
  const soon = buckets.filter(({ from, to }) => from > local.to && to < local.to + SOON)
  const line = before + MOVED * size
  return soon.length >= FEWEST && soon.every(({ min, max }) => (size > 0 ? min > line : max < line))
}
