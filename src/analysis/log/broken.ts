/**
 * What happened to the clock, from statistics.log alone: the breaks at one time that more sources had than had none
 * meanwhile. Others are jumps of a source.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Break } from './breaks.ts'
import type { Disturbance, Disturbances } from './disturbance.ts'
import type { SampleSeries } from './host-log.ts'
import { NOTICED } from './noticed.ts'
import { once } from './once.ts'

const LEAST: Seconds = 0.05
const BY_BEND = 0.2
const BY_SUM = 0.05

export function disturbancesBrokenBy(series: SampleSeries): Pick<Disturbances, 'clock' | 'sources'> {
  const groups: Break[][] = []
  const breaks = once(series.breaks.all, ({ source, from, to }) => [source, from, to].join())
  for (const each of breaks.sort((a, b) => a.to - b.to)) {
    const group = groups.at(-1)
    if (group?.every(other => other.source !== each.source && other.to > each.from && each.to > other.from))
      group.push(each)
    else groups.push([each])
  }
  const large = groups.filter(group => Math.abs(sizeOf(group)[0]) >= LEAST)
  const mine = large.filter(group => group.length > firstStraight(group).against)
  return {
    clock: mine.map(group => disturbance(group, sizeOf(group))),
    // What the others contradict was not corrected.
    sources: large
      .filter(group => !mine.includes(group))
      .map(group => disturbance(group, [firstStraight(group).left, BY_SUM])),
  }
}

function disturbance(group: readonly Break[], [size, share]: readonly [Seconds, number]): Disturbance {
  const from = Math.max(...group.map(each => each.from))
  const to = Math.min(...group.map(each => each.to))
  const local = { from: Math.min(from, to), to: Math.max(from, to) }
  return {
    from: local.from,
    to: local.to + Math.max(0, size),
    local,
    size,
    uncertainty: share * Math.abs(size),
    before: 0,
    moved: group.every(({ anew }) => anew) && Math.abs(size) >= NOTICED ? 'wall clock' : 'not known',
    sources: group.map(({ source }) => source),
    lines: group.map(({ file, line }) => ({ file, line })),
    restarted: false,
  }
}

function sizeOf(group: readonly Break[]): [size: Seconds, share: number] {
  if (group.length === 1) return [group[0]!.sum, BY_SUM]
  const first = firstStraight(group)
  if (!group.some(({ corrected }) => corrected)) return [first.left, BY_SUM]
  const bends = group.map(({ bend }) => Math.abs(bend)).sort((a, b) => a - b)
  return [Math.sign(first.bend) * bends[bends.length >> 1]!, BY_BEND]
}

const firstStraight = (group: readonly Break[]): Break =>
  group.reduce((a, b) => (b.straightAt < a.straightAt ? b : a))
