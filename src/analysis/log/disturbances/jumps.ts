/**
 * Sudden changes of an offset that its daemon does not explain, and which of them are one: a measurement that was off once
 * is none, changes in a row at one rate are a rate, and what several sources saw at one time is one event.
 */

import type { Seconds } from '#core/time/units.ts'
import { between } from '../corrections/meanwhile.ts'
import { SLACK } from '../order/eras.ts'
import { ALIKE } from './alike.ts'
import type { Change } from './changes.ts'
import { Ladders } from './ladders.ts'

/** Where a rate is no longer a rate of a clock. */
const WORST_RATE = 0.2
/**
 * No pause that is as short, of the time between two measurements, has one of them in it but by the rarest chance: two such changes in a
 * row are a rate.
 */
const RARE = 600e-6
/** Of a change, what follows it to the same side; and what no noise is. */
const GOES_ON = 0.4
const CLEARLY_ON = 0.2
/** Of a change: where another finds the clock if it has not moved. */
const SAME = 0.05
/** Of a change before it, which no noise makes. */
const LEAST_BEFORE: Seconds = 2e-3
/** How far two measurements are apart that follow each other, of the usual wait. */
const ONE_WAIT = 1.5
/** What passes ntpd's filter is one of eight samples. */
export const FILTERED_WAIT = 8

export interface Jump {
  readonly change: Change
  /** The part of it that was seen first: how long the daemon had waited for that. */
  readonly first: Change
  readonly firstSize: Seconds
  readonly size: Seconds
  readonly uncertainty: Seconds
  readonly dropped: boolean
  /** The daemon noticed that its clock went otherwise than the machine's counter, or the stamps went back. */
  readonly set: boolean
  readonly restarted: boolean
  /** Of several jumps soon after one another: which of them it is. */
  readonly rung?: number
}

/** A measurement that was off once: away, and back at the next one. */
export function withoutOutliers(jumps: readonly Jump[]): { jumps: Jump[]; outliers: number } {
  const kept: Jump[] = []
  const last = new Map<number, Jump>()
  let outliers = 0
  for (const jump of jumps) {
    const before = last.get(jump.change.source)
    const back =
      before !== undefined &&
      before.change.to === jump.change.from &&
      Math.abs(before.size + jump.size) < ALIKE * Math.abs(jump.size)
    if (back) {
      kept.splice(kept.lastIndexOf(before), 1)
      last.delete(jump.change.source)
      outliers++
    } else {
      kept.push(jump)
      last.set(jump.change.source, jump)
    }
  }
  return { jumps: kept, outliers }
}

/**
 * Changes in a row, to one side. A clock whose rate is far off changes at every measurement by as much as time has passed:
 * those are no jumps. But a measurement that fell into a pause saw a part of it, and the next one the rest: that is one.
 */
export function joinRuns(jumps: readonly Jump[], filtered = false): Jump[] {
  const runs: Jump[][] = []
  const last = new Map<number, Jump[]>()
  for (const jump of jumps) {
    const { source, from } = jump.change
    const run = last.get(source)
    const before = run?.at(-1)
    if (run && before && before.change.to === from && Math.sign(before.size) === Math.sign(jump.size))
      run.push(jump)
    else {
      const begun = [jump]
      runs.push(begun)
      last.set(source, begun)
    }
  }
  const seen = jumps.map(jump => ({ at: jump.change.to, jump })).sort((a, b) => a.at - b.at)
  const kept = runs.filter(run => !isRamp(run) || stoodAfterEach(run, seen)).map(beforeRamp)
  const ladders = new Ladders(kept.flat())
  const stood = (jump: Jump) => ladders.standsAfter(jump)
  return kept.flatMap(run =>
    joined(run, filtered ? FILTERED_WAIT : ONE_WAIT, stood).flatMap(jump => ladders.partsOf(jump)),
  )
}

/**
 * A clock that jumped and runs away since then, as after a migration: its first change is the jump, and the others are of one rate. At
 * that rate it ran for a part of the first one, too, nobody knows for how long.
 */
function beforeRamp(run: readonly Jump[]): readonly Jump[] {
  const [first, ...others] = run as [Jump, ...Jump[]]
  const [next] = others
  if (!next || within(rateOf(first), rateOf(next), 3) || !isRamp(others)) return run
  const ran = (rateOf(next) * (first.change.to - first.change.from)) / 2
  return [{ ...first, size: first.size - ran, uncertainty: first.uncertainty + Math.abs(ran) }]
}

function isRamp(run: readonly Jump[]): boolean {
  const first = run[0]!
  if (run.length === 1) {
    return Math.abs(rateOf(first)) < WORST_RATE && (goesOn(first) || wentSoBefore(first))
  }
  const rates = run.map(rateOf)
  const alike = rates.every(rate => Math.abs(rate) < WORST_RATE && within(rate, rates[0]!, 3))
  if (!alike || run.length > 2) return alike
  const second = run[1]!
  const slow = rates.every(rate => Math.abs(rate) < RARE)
  return slow || (Math.abs(second.size) > GOES_ON * Math.abs(first.size) && goesOn(second))
}

/**
 * A rate goes on between two measurements of one source. If another found the clock meanwhile where that one had, so much earlier or later
 * that it had gone far, it had jumped and stood there.
 */
function stoodAfterEach(
  run: readonly Jump[],
  seen: readonly { readonly at: Seconds; readonly jump: Jump }[],
): boolean {
  return run.every((jump, i) => {
    const next = run[i + 1]
    if (!next) return run.length > 1
    const { source, from, to, after } = jump.change
    return between(seen, from, next.change.to).some(({ at, jump: { change: other } }) => {
      const wouldHaveGone = Math.abs(rateOf(jump) * (at - to))
      const same = Math.abs(other.after - after) < SAME * Math.abs(jump.size)
      return other.source !== source && same && wouldHaveGone > GOES_ON * Math.abs(jump.size)
    })
  })
}

/** The measurement after it goes on in the same way: by as much, or where it came sooner, at that rate. */
function goesOn({ change: { from, to, after, next, nextAt }, size }: Jump): boolean {
  const onwards = (next - after) / size
  const sooner = (nextAt - to) / Math.max(1, to - from)
  return onwards > GOES_ON || (onwards > CLEARLY_ON && onwards > GOES_ON * sooner)
}

/**
 * The change before it was of the same slow rate, and no noise, but in itself nothing unusual: after an outage ntpd may learn hundreds of
 * ppm from its first measurement, and takes them back some polls later.
 */
function wentSoBefore({ change, size }: Jump): boolean {
  const { changeBefore, spacing } = change
  const [rate, before] = [size / Math.max(1, change.to - change.from), changeBefore / Math.max(1, spacing)]
  const slow = Math.abs(rate) < RARE && Math.abs(changeBefore) > LEAST_BEFORE
  return slow && rate * before > 0 && within(rate, before, 2)
}

/** Neighbours that lie one usual wait apart become one: `most` of what is usual. Not where the clock `stood` between them. */
function joined(run: readonly Jump[], most: number, stood: (jump: Jump) => boolean): Jump[] {
  const all: Jump[] = []
  for (const jump of run) {
    const before = all.at(-1)
    const apart = before && jump.change.to - before.change.to
    if (
      before &&
      apart !== undefined &&
      apart < most * jump.change.spacing &&
      !stood(before) &&
      jump.change.earliest <= before.change.latest + SLACK
    )
      all[all.length - 1] = {
        ...before,
        change: {
          ...before.change,
          to: jump.change.to,
          latest: jump.change.latest,
          after: jump.change.after,
          next: jump.change.next,
          nextAt: jump.change.nextAt,
        },
        size: before.size + jump.size,
        uncertainty: before.uncertainty + jump.uncertainty,
        dropped: before.dropped || jump.dropped,
        restarted: before.restarted || jump.restarted,
      }
    else all.push(jump)
  }
  return all
}

const rateOf = ({ change, size }: Jump): number =>
  size / Math.max(1, Math.abs(change.to - change.from + size))
const within = (a: number, b: number, factor: number): boolean => a / b < factor && b / a < factor

/** Jumps of several sources that can be one. */
export function groupBySources(jumps: readonly Jump[]): Jump[][] {
  const groups: Jump[][] = []
  for (const jump of jumps) {
    const may = groups.filter(
      each =>
        each.every(({ change, rung }) => change.source !== jump.change.source && rung === jump.rung) &&
        each.every(other => overlap(other.change, jump.change) && alike(other, jump)),
    )
    const group =
      may.findLast(each => each.every(other => overlapInFilters(other.change, jump.change))) ?? may.at(-1)
    if (group) group.push(jump)
    else groups.push([jump])
  }
  return groups
}

/**
 * By their stamps, or by true time, where stamps were there twice. Filters show one jump at different times, and each may have had it
 * for some polls already.
 */
const overlap = (a: Change, b: Change): boolean =>
  meet([a.from, a.to], [b.from, b.to]) ||
  meet([a.from + a.before, a.to + a.after], [b.from + b.before, b.to + b.after]) ||
  overlapInFilters(a, b)

const overlapInFilters = (a: Change, b: Change): boolean =>
  meet([a.earliest, a.latest], [b.earliest, b.latest]) ||
  meet([a.earliest + a.before, a.latest + a.after], [b.earliest + b.before, b.latest + b.after])

const meet = (a: readonly Seconds[], b: readonly Seconds[]): boolean =>
  Math.min(...a) - SLACK <= Math.max(...b) && Math.min(...b) - SLACK <= Math.max(...a)

const alike = (a: Jump, b: Jump): boolean =>
  Math.abs(a.size - b.size) <
  Math.max(ALIKE * Math.abs(a.size), Math.max(a.uncertainty, b.uncertainty) + 0.01 * Math.abs(a.size))
