/** What happened to the clock, from statistics.log alone: the breaks that most of the sources saw at one time. */
import type { Seconds } from '#core/time/units.ts'
import type { Break } from './breaks.ts'
import type { Disturbance } from './disturbances.ts'
import type { SampleSeries } from './host-log.ts'

const LEAST: Seconds = 0.05
const BY_BEND = 0.2
const BY_SUM = 0.05

export function disturbancesBrokenBy(series: SampleSeries): Disturbance[] {
  const groups: Break[][] = []
  for (const each of [...series.breaks.all].sort((a, b) => a.to - b.to)) {
    const group = groups.at(-1)
    if (group?.every(other => other.source !== each.source && other.to > each.from && each.to > other.from))
      group.push(each)
    else groups.push([each])
  }
  return groups
    .filter(group => 2 * group.length > activeSources(series, group[0]!))
    .map(disturbance)
    .filter(({ size }) => Math.abs(size) >= LEAST)
}

function disturbance(group: readonly Break[]): Disturbance {
  const [size, share] = sizeOf(group)
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
    moved: 'not known',
    sources: group.map(({ source }) => source),
    lines: group.map(({ file, line }) => ({ file, line })),
    restarted: false,
  }
}

function sizeOf(group: readonly Break[]): [size: Seconds, share: number] {
  if (group.length === 1) return [group[0]!.sum, BY_SUM]
  const first = group.reduce((a, b) => (b.straightAt < a.straightAt ? b : a))
  if (!group.some(({ corrected }) => corrected)) return [first.left, BY_SUM]
  const bends = group.map(({ bend }) => Math.abs(bend)).sort((a, b) => a - b)
  return [Math.sign(first.sum) * bends[bends.length >> 1]!, BY_BEND]
}

const activeSources = (series: SampleSeries, { from, to }: Break): number =>
  series.census.sources().filter(each => each.count > 4 && each.from < from && each.to > to).length
