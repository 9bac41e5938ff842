/**
 * What happened to the clock, from statistics.log alone: the breaks at one time that more sources had than had none
 * meanwhile. Others are jumps of a source.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import { NOTICED } from '../corrections/noticed.ts'
import type { SampleSeries } from '../host-log.ts'
import { SLACK } from '../order/eras.ts'
import { once } from '../order/once.ts'
import type { Break } from './breaks.ts'
import type { Disturbance, Disturbances } from './disturbance.ts'
import { type Jumped, oneStayed } from './one-stayed.ts'

const LEAST: Seconds = 0.05
/** No crystal changes by so much at once, and what a pause makes chronyd learn is less, to the other side. */
const LEAST_RATE: Rate = 30e-6
/** What goes further has jumped. */
const MOST_RATE: Rate = 600e-6
/** Of what the new rate explains from one measurement to the next. */
const MARGIN = 1.3

/** `starts`: when chronyd was started. */
export function disturbancesBrokenBy(
  series: SampleSeries,
  starts: readonly Seconds[],
): Pick<Disturbances, 'clock' | 'sources'> {
  const groups: Break[][] = []
  const breaks = once(series.breaks.all, ({ source, from, to }) => [source, from, to].join())
  for (const each of breaks.sort((a, b) => a.to - b.to)) {
    const group = groups.at(-1)
    if (group?.every(other => other.source !== each.source && other.to > each.from && each.to > other.from))
      group.push(each)
    else groups.push([each])
  }
  const large = groups.filter(group => Math.abs(group[0]!.size) >= LEAST && !isRate(group))
  const mine = large.filter(
    group => witnessesOf(group).length > firstStraight(group).against && !oneStayed(series, jumpedIn(group)),
  )
  return {
    clock: mine.map(group => disturbance(group, starts)),
    sources: large.filter(group => !mine.includes(group)).map(group => disturbance(group, starts)),
  }
}

/** The clock had another rate since then, and had gone that far by it: as soon as a line is straight again it has that slope. */
function isRate(group: readonly Break[]): boolean {
  const [{ from, to, size, uncertainty }] = group as [Break]
  return group.some(({ slope }) => {
    const ran = slope * Math.sign(size) * (to - from)
    const may = Math.abs(slope) > LEAST_RATE && Math.abs(slope) < MOST_RATE
    return may && Math.abs(size) - uncertainty < MARGIN * ran
  })
}

/** Those to which it went the other way saw what chronyd did about it: before that, their lines were straight. */
const witnessesOf = (group: readonly Break[]): number[] =>
  group.filter(({ size }) => size * group[0]!.size > 0).map(({ source }) => source)

const jumpedIn = (group: readonly Break[]): Jumped => {
  const [{ from, size }] = group as [Break]
  return {
    witnesses: witnessesOf(group),
    from,
    to: Math.max(...group.map(({ straightAt }) => straightAt)),
    size,
  }
}

/** Its size is what the first row that shows it says: nothing was corrected before that. */
function disturbance(group: readonly Break[], starts: readonly Seconds[]): Disturbance {
  const { size, uncertainty } = group[0]!
  const from = Math.max(...group.map(each => each.from))
  const to = Math.min(...group.map(each => each.to))
  // Stamped by the clock that was off, or by the one for which it is corrected.
  const trueTo = Math.min(...group.map(each => (each.to + size > from ? each.to + size : each.to)))
  const local = { from: Math.min(from, to), to: Math.max(from, to) }
  return {
    from: Math.min(from, trueTo),
    to: Math.max(from, trueTo),
    local,
    size,
    uncertainty,
    before: 0,
    moved: group.every(({ anew }) => anew) && Math.abs(size) >= NOTICED ? 'wall clock' : 'not known',
    sources: witnessesOf(group),
    lines: group.map(({ file, line }) => ({ file, line })),
    restarted: group.some(each => starts.some(at => at > each.from && at <= each.to + SLACK)),
    unasked: Math.max(...group.map(each => each.to - each.from)),
  }
}

const firstStraight = (group: readonly Break[]): Break =>
  group.reduce((a, b) => (b.straightAt < a.straightAt ? b : a))
