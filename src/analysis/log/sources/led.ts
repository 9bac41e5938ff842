/**
 * When a clock went with one source against the majority, whatever its daemon said: the offset against that source stood near
 * zero, and what it differed by from the others stood in theirs. A clock that only passes there on its way does not stay.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Correction } from '../corrections/corrections.ts'
import type { Disturbance } from '../disturbances/disturbance.ts'
import type { Timed } from '../statistics/thinned.ts'
import { mostExplained } from './most-explained.ts'
import type { Spell } from './spells.ts'

/** Of the way between the source and the others: so near to the source is each measurement, and so near is a third of them. */
const NEAR = 0.25
const STAYS = 0.1
/** What routes and queues do is less. */
export const LEAST_LED: Seconds = 5e-3
const LEAST_ROWS = 8
const LEAST_TIME: Seconds = 1800
/** ntpd waits for a quarter of an hour, and for some polls, before it steps, and chronyd slews for minutes. */
const UNTIL_CORRECTED: Seconds = 3600
/** What is seen of a correction while it goes on is less, or more by what a slew adds. */
const [PART, MORE] = [0.5, 2]

export interface Led {
  readonly source: number
  readonly from: Seconds
  readonly to: Seconds
  /** How far the source was from the others: by as much the clock was wrong. */
  readonly size: Seconds
  readonly others: number
  /** How finely the log was looked at: it may have begun or ended by so much earlier or later. */
  readonly window: Seconds
}

/** Where neither its way nor those of the others explain it. */
export function ledBy(
  spell: Pick<Spell, 'source' | 'size' | 'from' | 'to' | 'delay' | 'others'>,
  rows: readonly Timed[],
  explainedOfOthers: Seconds,
): Led[] {
  const { source, size, from, to, delay, others } = spell
  if (Math.abs(size) <= Math.max(LEAST_LED, mostExplained(delay) + explainedOfOthers)) return []
  const within = rows.filter(({ at }) => at >= from && at <= to)
  const window = LEAST_ROWS * upperMedian(within.slice(1).map(({ at }, i) => at - within[i]!.at))
  return runsOf(within, ({ value }) => Math.abs(value) < NEAR * Math.abs(size))
    .filter(run => run.length >= LEAST_ROWS && run.at(-1)!.at - run[0]!.at >= LEAST_TIME && stays(run, size))
    .map(run => ({ source, from: run[0]!.at, to: run.at(-1)!.at, size, others, window }))
}

function runsOf(rows: readonly Timed[], isOne: (row: Timed) => boolean): Timed[][] {
  const runs: Timed[][] = [[]]
  for (const row of rows)
    if (isOne(row)) runs.at(-1)!.push(row)
    else if (runs.at(-1)!.length > 0) runs.push([])
  return runs
}

function stays(run: readonly Timed[], size: Seconds): boolean {
  const third = Math.ceil(run.length / 3)
  return [run.slice(0, third), run.slice(-third)].every(
    part => Math.abs(upperMedian(part.map(({ value }) => value))) < STAYS * Math.abs(size),
  )
}

/** The clock was taken along at the beginning, or brought back at the end. */
export const isOfBeingLed = (
  { local, size }: Pick<Disturbance, 'local' | 'size'>,
  led: readonly Led[],
): boolean =>
  led.some(each => {
    const slack = UNTIL_CORRECTED + each.window
    const isNear = (edge: Seconds) => local.to > edge - slack && local.from < edge + slack
    const isPart = (whole: Seconds) => size / whole > PART && size / whole < MORE
    return (isNear(each.from) && isPart(-each.size)) || (isNear(each.to) && isPart(each.size))
  })

/** What a correction by its daemon did to a clock that had been right. */
export const leftBy = ({
  at,
  size,
}: Pick<Correction, 'at' | 'size'>): Pick<Disturbance, 'local' | 'size'> => ({
  local: { from: at, to: at },
  size: -size,
})
